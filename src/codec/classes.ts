/**
 * Instances of registered classes.
 *
 * @module
 * @internal
 */

import type { Brand } from "./brands.ts";
import { writeBuiltin } from "./builtins.ts";
import { DecodeFailure } from "./failure.ts";
import { define, readInto, readPairs, writeObject, writePairs } from "./objects.ts";
import type { RegisteredClass } from "../code/registered_class.ts";
import { isLost, readClass, writeClass } from "./class_names.ts";
import * as tag from "./tags.ts";
import type { Reader, Writer } from "./codec_context.ts";

/** Encodes an instance of a registered class. */
export function writeRegistered(
  writer: Writer,
  registered: RegisteredClass,
  value: object,
  brand: Brand,
): void {
  writer.out.byte(brand === "none" ? tag.INSTANCE : tag.SUBCLASS);
  writeClass(writer, registered);
  if (brand === "none") return writeObject(writer, value);
  writeBuiltin(writer, value, brand);
  // The elements of these went with the part that is built in.
  const plain = brand !== "Array" && brand !== "View" && brand !== "String";
  writePairs(writer, value, plain ? Object.keys(value) : []);
}

/** Decodes an instance of a registered class that is an ordinary object. */
export function readInstance(reader: Reader): object {
  const { cls } = readClass(reader);
  const instance = reader.add(Object.create(cls.prototype) as object);
  const first = reader.input.byte();
  if (first !== tag.OBJECT && first !== tag.SHAPED_OBJECT && first !== tag.WIDE_OBJECT) {
    throw new DecodeFailure("it lacks an object");
  }
  return readInto(reader, first, instance);
}

/** Decodes an instance of a registered class that extends a built-in one. */
export function readSubclass(reader: Reader): object {
  const registered = readClass(reader);
  const value = reader.value();
  if (typeof value !== "object" || value === null) throw new DecodeFailure("it lacks an object");
  readPairs(reader, (key, property) => define(value, key, property, true));
  return isLost(registered) ? value : Object.setPrototypeOf(value, registered.cls.prototype);
}
