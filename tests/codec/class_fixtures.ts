/** Classes that are exported, and registered nowhere. */

export class Point {
  x: number;
  y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  get length(): number {
    return Math.hypot(this.x, this.y);
  }
  twice(): Point {
    return new Point(2 * this.x, 2 * this.y);
  }
}

export class Counts extends Map<string, number> {
  get most(): string | undefined {
    return [...this].sort(([, a], [, b]) => b - a)[0]?.[0];
  }
}

export class Failure extends Error {
  code = 7;
  override get name(): string {
    return "Failure";
  }
  get isBad(): boolean {
    return this.code > 0;
  }
}

export const move = (point: Point): Point => point.twice();
export const makePoint = (): Point => new Point(1, 2);
export function count(words: readonly string[]): Counts {
  const counts = new Counts();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
export function fail(): never {
  throw new Failure("failed");
}

/** Of another class of that name, which is not exported. */
export function makeOther(): object {
  return new class Point {
    y = 1;
  }();
}
export const describe = (value: object): [string, string[]] => [
  value.constructor.name,
  Object.keys(value),
];
