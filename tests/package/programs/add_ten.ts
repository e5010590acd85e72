/** What a task uses, so that a bundler has to write the task anew. */

export function addTen(x: number): number {
  return x + 10;
}
