/**
 * What an object is inside, whatever its prototype says.
 *
 * @module
 * @internal
 */

/**
 * What an object is inside, whatever its prototype: the built-in class whose internal slots it has.
 */
export type Brand =
  | "none"
  | "Array"
  | "View"
  | "Error"
  | "DOMException"
  | "ArrayBuffer"
  | "SharedArrayBuffer"
  | "Map"
  | "Set"
  | "Date"
  | "RegExp"
  | "Boolean"
  | "Number"
  | "String"
  | "BigInt";

interface Slot {
  readonly brand: Brand;
  readonly prototype: object;
  /** Reads the slot: throws on an object that lacks it. */
  readonly read: (this: unknown) => unknown;
}

function getter(prototype: object, name: string): (this: unknown) => unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)!.get!;
}

const slots: readonly Slot[] = [
  { brand: "Map", prototype: Map.prototype, read: getter(Map.prototype, "size") },
  { brand: "Set", prototype: Set.prototype, read: getter(Set.prototype, "size") },
  { brand: "Date", prototype: Date.prototype, read: Date.prototype.getTime },
  { brand: "RegExp", prototype: RegExp.prototype, read: getter(RegExp.prototype, "source") },
  {
    brand: "ArrayBuffer",
    prototype: ArrayBuffer.prototype,
    read: getter(ArrayBuffer.prototype, "byteLength"),
  },
  {
    brand: "SharedArrayBuffer",
    prototype: SharedArrayBuffer.prototype,
    read: getter(SharedArrayBuffer.prototype, "byteLength"),
  },
  { brand: "Boolean", prototype: Boolean.prototype, read: Boolean.prototype.valueOf },
  { brand: "Number", prototype: Number.prototype, read: Number.prototype.valueOf },
  { brand: "String", prototype: String.prototype, read: String.prototype.valueOf },
  { brand: "BigInt", prototype: BigInt.prototype, read: BigInt.prototype.valueOf },
];
const slotOf: ReadonlyMap<object, Slot> = new Map(slots.map((slot) => [slot.prototype, slot]));
const exceptionName = getter(DOMException.prototype, "name");

/** Absent from the type library, and from engines before 2025. */
const isErrorObject = (Error as { isError?(value: unknown): boolean }).isError ??
  ((value: unknown) => Object.prototype.toString.call(value) === "[object Error]");

/** The brand of an object with this prototype. */
export function brandOf(value: object, prototype: object | null): Brand {
  if (ArrayBuffer.isView(value)) return "View";
  if (Array.isArray(value)) return "Array";
  if (value instanceof DOMException && has(exceptionName, value)) return "DOMException";
  if (isErrorObject(value)) return "Error";
  for (let p = prototype; p !== null; p = Object.getPrototypeOf(p)) {
    const slot = slotOf.get(p);
    if (slot !== undefined) return has(slot.read, value) ? slot.brand : "none";
  }
  return brandByTag(value);
}

/** Whether it is one of the two that are thrown. */
export function isErrorBrand(brand: Brand): boolean {
  return brand === "Error" || brand === "DOMException";
}

/** Whether a prototype belongs to a class that has a brand. */
export function isBrandPrototype(prototype: object): boolean {
  return slotOf.has(prototype);
}

/**
 * An object whose prototype was replaced still says what it is, where the language has it do so.
 */
function brandByTag(value: object): Brand {
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  const slot = tag === "Object" ? undefined : slots.find(({ brand }) => brand === tag);
  return slot !== undefined && has(slot.read, value) ? slot.brand : "none";
}

function has(read: (this: unknown) => unknown, value: object): boolean {
  try {
    read.call(value);
    return true;
  } catch {
    // The throw is the answer: the slot can be asked for in no other way.
    return false;
  }
}
