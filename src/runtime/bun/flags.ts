/**
 * Bun's own flags: which of them a program's children need, and which say what is run.
 *
 * @module
 * @internal
 */

/** Flags that are not for children: they say what is run, and watch, debug or list it. */
const ownFlag =
  /^(-|-e|--eval|-p|--print|-h|--help|-v|--version|--revision|--watch|--hot|--no-clear-screen|--inspect|--inspect-wait|--inspect-brk|-F|--filter|--if-present|--interactive|-i)(=|$)/;
/** Those of them that have their value as the next argument. */
const takesValue = /^(-e|--eval|-p|--print|-F|--filter)$/;

/** The flags that a program's children need, of those that the program was started with. */
export function bunFlags(execArgv: readonly string[]): string[] {
  const flags: string[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const flag = execArgv[i]!;
    if (!ownFlag.test(flag)) flags.push(flag);
    else if (takesValue.test(flag)) i++;
  }
  return flags;
}

/**
 * Whether what Bun calls the main module is a file: a text of `-e` or of standard input is none.
 */
export function isBunScript(main: string): boolean {
  return main !== "" && !/[\\/]\[(eval|stdin)\]$/.test(main);
}
