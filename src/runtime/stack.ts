/**
 * The stacks of errors: how deep they are, and who writes them.
 *
 * @module
 * @internal
 */

/**
 * Has errors that are made meanwhile show so many frames. Where nothing may be changed of `Error`
 * (`--frozen-intrinsics`), they show what they show.
 */
export function withStackLimit<T>(limit: number, action: () => T): T {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, "stackTraceLimit", limit);
  try {
    return action();
  } finally {
    Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  }
}

/** This call's stack as the engine writes it: a program may have had something else write it. */
export function ownStack(limit: number): string {
  const stack = stackBy(undefined, limit);
  return typeof stack === "string" ? stack : "";
}

/**
 * The files that this call comes through, as the engine knows them; none where nothing may be
 * changed of `Error`.
 */
export function stackFiles(limit: number): string[] {
  const names = stackBy((_, sites) => sites.map((site) => site.getFileName()), limit);
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

/** What an engine calls to write a stack. */
type StackWriter = (error: Error, sites: readonly { getFileName(): unknown }[]) => unknown;

function stackBy(writer: StackWriter | undefined, limit: number): unknown {
  const { prepareStackTrace } = Error;
  const isSet = Reflect.set(Error, "prepareStackTrace", writer);
  try {
    return withStackLimit(limit, () => new Error().stack);
  } finally {
    if (isSet) Reflect.set(Error, "prepareStackTrace", prepareStackTrace);
  }
}
