/**
 * What is printed of an error that nothing caught.
 *
 * @module
 * @internal
 */

/** The text for standard error. */
export function describeCrash(name: string, error: unknown): string {
  return `Process ${name}:\n${textOf(error)}`;
}

function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.stack ?? error : error);
  } catch {
    // It has no text (its prototype is null), or a getter throws: the child ends of it all the
    // same.
    return `An ${typeof error} was thrown that cannot be printed`;
  }
}
