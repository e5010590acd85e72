/**
 * What a description of a value must look like: it may come from who wants no good.
 *
 * @module
 * @internal
 */

/** What one part of a description is. */
export type Part = "string" | "number" | "boolean" | "object" | "strings" | "bytes" | "any";

/**
 * The parts of a description, in their order; those that end with `?` may be left out, or
 * `undefined`.
 */
export type Shape = readonly (Part | `${Part}?`)[];

/** More strings than a function has exporters. */
const mostStrings = 10_000;

/** Whether a description is a list of such parts, and of nothing else. */
export function hasShape(description: unknown, shape: Shape): boolean {
  if (!Array.isArray(description) || description.length > shape.length) return false;
  return shape.every((part, i) => {
    const value: unknown = description[i];
    if (part.endsWith("?")) return value === undefined || isPart(value, part.slice(0, -1) as Part);
    return isPart(value, part as Part);
  });
}

function isPart(value: unknown, part: Part): boolean {
  switch (part) {
    case "any":
      return true;
    case "number":
      return typeof value === "number" && Number.isSafeInteger(value);
    case "bytes":
      return value instanceof Uint8Array || value instanceof ArrayBuffer;
    case "object":
      return typeof value === "object" && value !== null;
    case "strings":
      return Array.isArray(value) && value.length <= mostStrings &&
        Array.from(value).every((item) => typeof item === "string");
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
  }
}
