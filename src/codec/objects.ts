/**
 * Ordinary objects.
 *
 * @module
 * @internal
 */

import { DecodeFailure } from "./failure.ts";
import { NameList, nameListOf } from "./name_lists.ts";
import { WIDE, writeNames } from "./names.ts";
import * as tag from "./tags.ts";
import type { Reader, Writer } from "./codec_context.ts";

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

/** Decodes an ordinary object; `first` is its tag. */
export function readObject(reader: Reader, first: number): object {
  const list = readNames(reader, first);
  const object = reader.add(list.create());
  return readProperties(reader, list.names, object);
}

/** Decodes properties into an object of a class; `first` is the tag before them. */
export function readInto<T extends object>(reader: Reader, first: number, object: T): T {
  return readProperties(reader, readNames(reader, first).names, object);
}

function readProperties<T extends object>(
  reader: Reader,
  keys: readonly string[],
  object: T,
): T {
  if (reader.isForeign) return readForeign(reader, keys, object);
  const { input } = reader;
  for (let i = 0; i < keys.length; i++) {
    if (input.bytes[input.position] === tag.ABSENT) skipAbsent(reader, object, keys[i]!);
    else setProperty(object, keys[i]!, reader.value());
  }
  return object;
}

/** An object that was made with all of its properties loses one. */
function skipAbsent(reader: Reader, object: object, key: string): void {
  reader.input.position++;
  if (Object.hasOwn(object, key)) delete (object as Properties)[key];
}

/**
 * The same of what another program wrote: it is to call nothing, neither a setter nor, where it is
 * awaited, `then`.
 */
function readForeign<T extends object>(reader: Reader, keys: readonly string[], object: T): T {
  const { input } = reader;
  const isPlain = Object.getPrototypeOf(object) === Object.prototype;
  for (const key of keys) {
    if (input.bytes[input.position] === tag.ABSENT) {
      skipAbsent(reader, object, key);
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

function readNames(reader: Reader, first: number): NameList {
  const { input } = reader;
  const known = first === tag.SHAPED_OBJECT ? reader.shapes[input.uint()] : undefined;
  if (known !== undefined) return known;
  if (first === tag.SHAPED_OBJECT) throw new DecodeFailure("it names an unknown shape");
  const list = first === tag.WIDE_OBJECT
    ? nameListOf(input.string())
    : new NameList(readKeys(reader));
  reader.shapes.push(list);
  return list;
}

function readKeys({ input }: Reader): readonly string[] {
  const length = input.count();
  const keys: string[] = [];
  for (let i = 0; i < length; i++) keys.push(input.key());
  return keys;
}
