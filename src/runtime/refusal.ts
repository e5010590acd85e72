/**
 * Errors by which the system, or Deno, refuses something that a program can do without.
 *
 * @module
 * @internal
 */

/**
 * Whether the system, or Deno, has refused a file: EACCES, ENOENT (no /dev/shm), EROFS, EMFILE; or
 * that this program may do so.
 */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && ("code" in error || error.name === "NotCapable");
}

/** The result of `action`; `undefined` if the system, or Deno, refuses it. */
export function unlessRefused<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return undefined;
  }
}
