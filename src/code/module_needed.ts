/**
 * A value names something of a module that this side has not loaded: import `url` and read again.
 *
 * @internal
 */
export class ModuleNeeded extends Error {
  /** The module to import. */
  readonly url: string;
  /** Whether the value arrives, with less, also if the module cannot be imported. */
  readonly isGuess: boolean;

  /** Makes the error of a thing, such as `class Point`, that the module is to define. */
  constructor(url: string, what: string, isGuess: boolean = false) {
    super(`Cannot find ${what}, which ${url} is to define`);
    this.name = "ModuleNeeded";
    this.url = url;
    this.isGuess = isGuess;
  }
}
