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
  const { prepareStackTrace } = Error;
  Reflect.set(Error, "prepareStackTrace", undefined);
  try {
    const { stack } = withStackLimit(limit, () => new Error());
    return typeof stack === "string" ? stack : "";
  } finally {
    Reflect.set(Error, "prepareStackTrace", prepareStackTrace);
  }
}
