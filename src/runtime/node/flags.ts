/**
 * Node's own flags: which of them a program's children need, and which say what is run.
 *
 * @module
 * @internal
 */

/**
 * Flags that are not for children: they say what is run or only looked at, and tests, watches or
 * debugs it.
 */
const ownFlag =
  /^(-e|--eval|-p|--print|-pe|-c|--check|-i|--interactive|-h|--help|-v|--version|--v8-options|--completion-bash|--test|--watch|--inspect|--debug-port|--input-type|--run|--build-sea|--build-snapshot|--experimental-sea-config|--prof-process|--entry-url)(?![a-z])|^--(test|watch|inspect|build-snapshot)-/;
/** Those of them that may have their value as the next argument. */
const takesValue =
  /^(-e|--eval|-p|--print|-pe|--input-type|--run|--test-[a-z-]+|--watch-path|--watch-kill-signal|--inspect-port|--debug-port|--inspect-publish-uid|--build-sea|--build-snapshot-config|--experimental-sea-config)$/;
/** Those after which the program is a text, and no file. */
const givesText = /^(-e|--eval|-p|--print|-pe)(?![a-z-])/;

/** The flags that a program's children need, of those that the program was started with. */
export function nodeFlags(execArgv: readonly string[]): string[] {
  const flags: string[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const flag = execArgv[i]!;
    if (!ownFlag.test(flag)) flags.push(flag);
    else if (takesValue.test(flag) && !execArgv[i + 1]?.startsWith("-")) i++;
  }
  return flags;
}

/** Whether the first argument of a program is the path of its main module. */
export function hasNodeScript(execArgv: readonly string[], first: string | undefined): boolean {
  return first !== undefined && first !== "-" && !execArgv.some((flag) => givesText.test(flag));
}

/** Flags of `NODE_OPTIONS` that would have a child listen where its parent does. */
const inspectOption = /(?<=^|\s)--(inspect|debug-port)\S*/g;

/** `NODE_OPTIONS` without what is not for children. */
export function nodeOptions(value: string): string {
  return value.replace(inspectOption, "").trim();
}

/**
 * Flags that a thread repeats, and whose value is a module: a relative one changes with the folder.
 */
const moduleFlag = /^(-r|--require|--import|--loader|--experimental-loader)(?:=(.+))?$/;

/** The flags with `resolve` applied to what they name by a relative path. */
export function withResolvedModules(
  flags: readonly string[],
  resolve: (relative: string) => string,
): string[] {
  const absolute = (target: string) => /^\.{1,2}\//.test(target) ? resolve(target) : target;
  return flags.map((flag, i) => {
    const [, name, value] = moduleFlag.exec(flag) ?? [];
    if (value !== undefined) return `${name}=${absolute(value)}`;
    return moduleFlag.test(flags[i - 1] ?? "=") ? absolute(flag) : flag;
  });
}
