import type { Brand } from "./brands.ts";
import { writeBuiltin } from "./builtins.ts";
import { DecodeFailure } from "./failure.ts";
import { define, readObject, readPairs, writeObject, writePairs } from "./objects.ts";
import { classAt, type RegisteredClass } from "./registry.ts";
import * as tag from "./tags.ts";
import type { ValueReader } from "./value_reader.ts";
import type { ValueWriter } from "./value_writer.ts";

/** Encodes an instance of a registered class. */
export function writeRegistered(
  writer: ValueWriter,
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
export function readInstance(reader: ValueReader): object {
  const { cls } = readClass(reader);
  const instance = reader.add(Object.create(cls.prototype) as object);
  const first = reader.input.byte();
  if (first !== tag.OBJECT && first !== tag.SHAPED_OBJECT) {
    throw new DecodeFailure("it lacks an object");
  }
  return readObject(reader, first, instance);
}

/** Decodes an instance of a registered class that extends a built-in one. */
export function readSubclass(reader: ValueReader): object {
  const { cls } = readClass(reader);
  const value = reader.value();
  if (typeof value !== "object" || value === null) throw new DecodeFailure("it lacks an object");
  readPairs(reader, (key, property) => define(value, key, property, true));
  return Object.setPrototypeOf(value, cls.prototype as object);
}

/** Names a registered class: in full once, by number from then on. */
export function writeClass(writer: ValueWriter, registered: RegisteredClass): void {
  const { out, classes } = writer;
  const known = classes.indexOf(registered);
  out.uint(known < 0 ? classes.length : known);
  if (known >= 0) return;
  classes.push(registered);
  out.string(registered.url);
  out.string(registered.name);
  out.uint(registered.index);
}

/** The class that was named. */
export function readClass(reader: ValueReader): RegisteredClass {
  const { input, classes } = reader;
  const number = input.uint();
  const known = classes[number];
  if (known !== undefined) return known;
  if (number !== classes.length) throw new DecodeFailure("it names an unknown class");
  const found = classAt(input.string(), input.string(), input.uint());
  classes.push(found);
  return found;
}
