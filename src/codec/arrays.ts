/**
 * Arrays: packed where they hold numbers alone, with their holes and named properties otherwise.
 *
 * @module
 * @internal
 */

import type { ByteWriter } from "./byte_writer.ts";
import { DecodeFailure } from "./failure.ts";
import { readPairs, setProperty, writePairs } from "./objects.ts";
import * as tag from "./tags.ts";
import type { Reader, Writer } from "./codec_context.ts";

/** A shorter array is not worth a packed form. */
const PACK_FROM = 6;
/**
 * So many elements are made room for at once: an array's length says nothing of how many there are.
 */
const CHUNK = 4096;
/** Up to here an array is built by `push`, which leaves the engine knowing that it has no holes. */
const PUSH_LIMIT = 1024;
/** A wider gap is not worth its memory. */
const WIDE_GAP = 4096;

/**
 * JavaScriptCore tells where an error was thrown, and lists an array's keys a hundred times slower
 * than V8.
 */
const LISTS_KEYS_SLOWLY: boolean = Object.hasOwn(new Error(), "line");

/** Encodes an array: its elements, and whatever else was hung on it. */
export function writeArray(writer: Writer, array: readonly unknown[]): void {
  const { out } = writer;
  const { length } = array;
  const start = out.position;
  const first = array[0];
  let index = 0;
  if (length >= PACK_FROM && typeof first === "number") index = writeNumbers(out, array, first);
  else {
    out.byte(tag.ARRAY);
    out.uint(length);
  }
  let primitives = true;
  for (; index < length; index++) {
    const item = index === 0 ? first : array[index];
    if (typeof item === "object") primitives = false;
    else if (item === undefined && !Object.hasOwn(array, index)) {
      out.byte(tag.REST);
      return writePairs(writer, array, keysFrom(array, index));
    }
    writer.value(item, index);
  }
  if (!hasNamed(array, primitives)) return;
  out.bytes[start]! += tag.ARRAY_NAMED - tag.ARRAY;
  writePairs(writer, array, keysFrom(array, length));
}

/** Decodes an array; `first` is the tag before it. */
export function readArray(reader: Reader, first: number): unknown[] {
  const { input } = reader;
  const length = input.uint();
  if (length > 0xffffffff) throw new DecodeFailure("it holds an array that is too long");
  const grows = length <= PUSH_LIMIT || !reader.room.takeElements(length);
  const array = reader.add<unknown[]>(grows ? [] : new Array(length));
  let index = 0;
  if (first >= tag.INTEGERS) index = readNumbers(reader, array, first, length, grows);
  for (; index < length; index++) {
    if (reader.skips(tag.REST)) return readRest(reader, array, length);
    const item = reader.value();
    if (grows) array.push(item);
    else array[index] = item;
  }
  const named = first === tag.ARRAY_NAMED || first === tag.INTEGERS_NAMED ||
    first === tag.FLOATS_NAMED;
  return named ? readRest(reader, array, length) : array;
}

/** Whether an array without holes has more than its elements. */
function hasNamed(array: readonly unknown[], primitives: boolean): boolean {
  const { length } = array;
  if (length < 16) return Object.keys(array).length > length;
  if (!LISTS_KEYS_SLOWLY) return Object.values(array).length > length;
  // What is hung on a long list of numbers or strings is not looked for there: it would take most
  // of the time.
  return (!primitives || length < 64) && Object.keys(array).length > length;
}

/** The keys that do not belong to the elements before `from`. */
function keysFrom(array: readonly unknown[], from: number): string[] {
  // Elements come first, and those before `from` are all there.
  return Object.keys(array).slice(from);
}

/** Packs the numbers that an array begins with, and gives how many they are. */
function writeNumbers(out: ByteWriter, array: readonly unknown[], first: number): number {
  const start = out.position;
  out.byte(tag.INTEGERS);
  out.uint(array.length);
  const counter = out.position;
  out.reserve(4);
  out.position += 4;
  let count = writeIntegers(out, array, first);
  if (count < array.length && typeof array[count] === "number") {
    out.bytes[start] = tag.FLOATS;
    widen(out, counter + 4, count);
    count = writeFloats(out, array, count);
  }
  out.view.setUint32(counter, count, true);
  return count;
}

function writeIntegers(out: ByteWriter, array: readonly unknown[], first: number): number {
  let item: unknown = first;
  let index = 0;
  while (index < array.length) {
    const end = Math.min(array.length, index + CHUNK);
    out.reserve((end - index) * 4);
    const { view } = out;
    let position = out.position;
    for (; index < end; index++, position += 4) {
      if (index > 0) item = array[index];
      // The integer -0 is none.
      if (typeof item !== "number" || (item | 0) !== item || (item === 0 && 1 / item < 0)) {
        out.position = position;
        return index;
      }
      view.setInt32(position, item, true);
    }
    out.position = position;
  }
  return index;
}

function writeFloats(out: ByteWriter, array: readonly unknown[], from: number): number {
  let index = from;
  while (index < array.length) {
    const end = Math.min(array.length, index + CHUNK);
    out.reserve((end - index) * 8);
    const { view } = out;
    let position = out.position;
    for (; index < end; index++, position += 8) {
      const item = array[index];
      if (typeof item !== "number") break;
      view.setFloat64(position, item, true);
    }
    out.position = position;
    if (index < end) break;
  }
  return index;
}

/**
 * Makes floats of the integers from `start` on. From the last to the first, as they grow into each
 * other.
 */
function widen(out: ByteWriter, start: number, count: number): void {
  out.reserve(count * 4);
  const { view } = out;
  for (let i = count - 1; i >= 0; i--) {
    view.setFloat64(start + i * 8, view.getInt32(start + i * 4, true), true);
  }
  out.position += count * 4;
}

function readNumbers(
  reader: Reader,
  array: unknown[],
  first: number,
  length: number,
  grows: boolean,
): number {
  const { input } = reader;
  const { view } = input;
  const count = view.getUint32(input.skip(4), true);
  if (count > length) throw new DecodeFailure("it holds more elements than an array has");
  const floats = first >= tag.FLOATS;
  const size = floats ? 8 : 4;
  let position = input.skip(count * size);
  for (let i = 0; i < count; i++, position += size) {
    const item = floats ? view.getFloat64(position, true) : view.getInt32(position, true);
    if (grows) array.push(item);
    else array[i] = item;
  }
  return count;
}

/** Decodes what follows as pairs. */
function readRest(reader: Reader, array: unknown[], length: number): unknown[] {
  if (array.length < length) setLength(reader, array, length);
  readPairs(reader, (key, value) => {
    if (key !== "length") setProperty(array, key, value);
  });
  return array;
}

/** Lengthens an array by holes. An engine would make room for up to 32 million of them at once. */
function setLength(reader: Reader, array: unknown[], length: number): void {
  const gap = length - array.length;
  if (gap <= WIDE_GAP && reader.room.takeElements(gap)) {
    array.length = length;
    return;
  }
  reader.room.takeTable();
  // An element that is not as others are has the engine keep a table.
  Object.defineProperty(array, length - 1, { value: 0, configurable: true });
  delete array[length - 1];
}
