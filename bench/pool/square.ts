/** The task of those pools that are given a module: its default export. */
export default function square(n: number): number {
  return n ** 2;
}
