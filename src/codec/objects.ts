/**
 * Ordinary objects.
 *
 * @module
 * @internal
 */

import { DecodeFailure } from "./failure.ts";
import { parseNames, WIDE, writeNames } from "./names.ts";
import * as tag from "./tags.ts";
import type { Reader, Writer } from "./codec_context.ts";

/** From so many properties on an object is made to be a table: see `makeTable`. */
const TABLE_FROM = 256;

/** An object whose properties are being read or written. */
export type Properties = Record<string, unknown>;

/** Encodes own enumerable properties: a shape, then values. */
export function writeObject(writer: Writer, object: object): void {
  const { out } = writer;
  const keys = Object.keys(object);
  const shape = writer.shapes.meet(keys);
  if (shape >= 0) {
    out.byte(tag.SHAPED_OBJECT);
    out.uint(shape);
  } else if (keys.length >= WIDE) {
    out.byte(tag.WIDE_OBJECT);
    writeNames(out, keys);
  } else {
    out.byte(tag.OBJECT);
    out.uint(keys.length);
    for (let i = 0; i < keys.length; i++) out.string(keys[i]!);
  }
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const value = (object as Properties)[key];
    if (value === undefined && !Object.hasOwn(object, key)) out.byte(tag.ABSENT);
    else writer.value(value, key);
  }
}

/** Decodes properties into an object; `first` is the tag before them. */
export function readObject<T extends object>(reader: Reader, first: number, object: T): T {
  const { input } = reader;
  const keys = first === tag.SHAPED_OBJECT ? reader.shapes[input.uint()] : readShape(reader, first);
  if (keys === undefined) throw new DecodeFailure("it names an unknown shape");
  if (keys.length >= TABLE_FROM && Object.getPrototypeOf(object) === Object.prototype) {
    makeTable(object);
  }
  if (reader.isForeign) return readForeign(reader, keys, object);
  for (let i = 0; i < keys.length; i++) {
    if (input.bytes[input.position] === tag.ABSENT) input.position++;
    else setProperty(object, keys[i]!, reader.value());
  }
  return object;
}

/** The same of what another program wrote: it is to call nothing, neither a setter nor, where it is awaited, `then`. */
function readForeign<T extends object>(reader: Reader, keys: readonly string[], object: T): T {
  const { input } = reader;
  const isPlain = Object.getPrototypeOf(object) === Object.prototype;
  for (const key of keys) {
    if (input.bytes[input.position] === tag.ABSENT) {
      input.position++;
      continue;
    }
    const value = reader.value();
    checkForeign(reader, key, value);
    if (isPlain) setProperty(object, key, value);
    else define(object, key, value, true);
  }
  return object;
}

/** @throws {DecodeFailure} If another program wrote a `then` that an `await` would call. */
function checkForeign(reader: Reader, key: string, value: unknown): void {
  if (key !== "then" || typeof value !== "function" || !reader.isForeign) return;
  throw new DecodeFailure("it holds a function named then, which whoever awaits it would call");
}

/** Gives an object an own property, whatever its name. */
export function setProperty(object: object, key: string, value: unknown): void {
  if (key !== "__proto__") (object as Properties)[key] = value;
  else define(object, key, value, true);
}

/** Gives an object an own property over all that its prototypes may say of it. */
export function define(object: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
}

/** Encodes the properties with these names as pairs. */
export function writePairs(writer: Writer, object: object, keys: readonly string[]): void {
  for (const key of keys) {
    const value = (object as Properties)[key];
    if (value === undefined && !Object.hasOwn(object, key)) continue;
    writer.out.string(key);
    writer.value(value, key);
  }
  writer.out.byte(tag.END);
}

/** Decodes pairs up to their end. */
export function readPairs(reader: Reader, set: (key: string, value: unknown) => void): void {
  while (!reader.skips(tag.END)) {
    const key = reader.input.key();
    const value = reader.value();
    checkForeign(reader, key, value);
    set(key, value);
  }
}

/** Has V8 keep an object's properties in a hash table, which it would only do after a thousand of them. */
function makeTable(object: object): void {
  const properties = object as Properties;
  properties["a"] = properties["b"] = 0;
  // The order matters: the property that came last is taken back without a table.
  delete properties["a"];
  delete properties["b"];
}

function readShape(reader: Reader, first: number): readonly string[] {
  const { input } = reader;
  if (first === tag.WIDE_OBJECT) {
    const names = parseNames(input.string());
    reader.shapes.push(names);
    return names;
  }
  const length = input.count();
  const keys: string[] = [];
  for (let i = 0; i < length; i++) keys.push(input.key());
  reader.shapes.push(keys);
  return keys;
}
