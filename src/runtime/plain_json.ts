/**
 * JSON of plain data that nobody's prototypes have a say in: a program may have given
 * `Object.prototype` a `toJSON`.
 *
 * @module
 * @internal
 */

/** The JSON text of plain data. Members that are `undefined` are left out. */
export function plainJSON(value: unknown): string {
  return JSON.stringify(withoutPrototypes(value));
}

function withoutPrototypes(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Object.setPrototypeOf(value.map(withoutPrototypes), null);
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, member] of Object.entries(value)) copy[key] = withoutPrototypes(member);
  return copy;
}
