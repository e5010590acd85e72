/**
 * What is printed of an error that nothing caught.
 *
 * @module
 * @internal
 */

/** The text for standard error. */
export function describeCrash(name: string, error: unknown): string {
  const text = error instanceof Error ? error.stack ?? String(error) : String(error);
  return `Process ${name}:\n${text}`;
}
