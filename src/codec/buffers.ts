/**
 * Memory and the views on it.
 *
 * @module
 * @internal
 */

import { isMappedMemory } from "../runtime/common_memory.ts";
import { isNodeBuffer, lateBuffer } from "../runtime/lazy_builtins.ts";
import { DecodeFailure } from "./failure.ts";
import { SAME } from "./path.ts";
import * as tag from "./tags.ts";
import type { Reader, Writer } from "./codec_context.ts";
import { placeOf, readAligned, writeAligned } from "./viewed_memory.ts";

type ViewConstructor = new (buffer: ArrayBufferLike, offset?: number, length?: number) => View;
type View = ArrayBufferView & { readonly length?: number; readonly BYTES_PER_ELEMENT?: number };

const TypedArray: { readonly prototype: object } = Object.getPrototypeOf(Uint8Array);
const nameOf = Object.getOwnPropertyDescriptor(TypedArray.prototype, Symbol.toStringTag)!.get!;
const keysOf = Uint8Array.prototype.keys;

/** The classes of views; the place of each is its number in a message. */
const viewNames = [
  "DataView",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "Float16Array",
  "Buffer",
];

/** The place of what views by this name are made of. */
const numberOf: ReadonlyMap<string, number> = new Map(viewNames.map((name, i) => [name, i]));

/** Encodes an array buffer. */
export function writeBuffer(writer: Writer, buffer: ArrayBuffer): void {
  const { out } = writer;
  if (isMappedMemory(buffer)) {
    throw writer.path.refuse(SAME, "is the memory that all processes of the program share");
  }
  checkPresent(writer, buffer);
  if (writer.memory.has(buffer)) {
    out.byte(tag.PART_BUFFER);
    return writer.memory.show(out, buffer, 0, buffer.byteLength, 1);
  }
  out.byte(buffer.resizable ? tag.RESIZABLE_BUFFER : tag.BUFFER);
  out.uint(buffer.byteLength);
  if (buffer.resizable) out.uint(buffer.maxByteLength);
  writeAligned(out, new Uint8Array(buffer));
}

/** Decodes an array buffer; `first` is the tag before it. */
export function readBuffer(reader: Reader, first: number): ArrayBuffer {
  const { input } = reader;
  const length = input.uint();
  if (first === tag.BUFFER) return reader.add(copy(reader, length));
  const maxByteLength = input.uint();
  const bytes = readAligned(input, length);
  reader.room.reserve(maxByteLength);
  const buffer = new ArrayBuffer(length, { maxByteLength });
  new Uint8Array(buffer).set(bytes);
  return reader.add(buffer);
}

/** Decodes an array buffer of which views came before it. */
export function readPartBuffer(reader: Reader): ArrayBuffer {
  return reader.add(placeOf(reader.memory.pieces(reader.input), 0).buffer);
}

/** Encodes shared memory, which only the channel can carry. */
export function writeShared(writer: Writer, shared: object): void {
  if (writer.transfers.attaches) return writer.attach(shared);
  throw writer.path.refuse(
    SAME,
    "is a SharedArrayBuffer, which cannot be shared as this channel carries bytes alone",
  );
}

/**
 * Encodes a typed array or a `DataView`: with all of its buffer where that is a value of its own or
 * is transferred, otherwise with the bytes that the views in the message show.
 */
export function writeView(writer: Writer, view: View): void {
  const buffer: object = view.buffer;
  if (buffer instanceof SharedArrayBuffer) return writeSharedView(writer, view);
  if (!isMappedMemory(buffer)) return writeLocalView(writer, view, buffer as ArrayBuffer);
  writePartView(writer, view, buffer as ArrayBuffer);
}

/**
 * Only the channel can carry shared memory; a `Buffer` would arrive as the `Uint8Array` that it is
 * to it.
 */
function writeSharedView(writer: Writer, view: View): void {
  if (!writer.transfers.attaches) {
    throw writer.path.refuse(
      SAME,
      "is on a SharedArrayBuffer, which cannot be shared as this channel carries bytes alone",
    );
  }
  const number = numberOfClass(view);
  if (viewNames[number] !== "Buffer") return writer.attach(view);
  writer.out.byte(tag.VIEW);
  writer.out.byte(number);
  writer.value(view.buffer, SAME);
  writer.out.uint(view.byteOffset);
  writer.out.uint(view.byteLength + 1);
}

/** Decodes a view over a buffer that is a value. */
export function readView(reader: Reader): ArrayBufferView {
  const { input } = reader;
  const Constructor = viewConstructor(input.byte());
  const number = reader.reserve();
  const buffer = reader.value();
  if (!(buffer instanceof ArrayBuffer || buffer instanceof SharedArrayBuffer)) {
    throw new DecodeFailure("it lacks a buffer");
  }
  const offset = input.uint();
  return reader.fill(number, viewOf(Constructor, buffer, offset, input.uint()));
}

/** Decodes a view whose buffer is no value of its own. */
export function readPartView(reader: Reader): ArrayBufferView {
  const { input } = reader;
  const Constructor = viewConstructor(input.byte());
  const number = reader.reserve();
  const pieces = reader.memory.pieces(input);
  const { buffer, offset } = placeOf(pieces, input.uint());
  return reader.fill(number, viewOf(Constructor, buffer, offset, input.uint()));
}

/**
 * A length of zero is that of a view that follows the length of its buffer; any other is one more
 * than it is.
 */
function viewOf(
  Constructor: ViewConstructor,
  buffer: ArrayBufferLike,
  offset: number,
  length: number,
): View {
  return length === 0
    ? new Constructor(buffer, offset)
    : new Constructor(buffer, offset, length - 1);
}

/** Decodes a view over the whole of a new buffer. */
export function readWholeView(reader: Reader): ArrayBufferView {
  const Constructor = viewConstructor(reader.input.byte());
  const number = reader.reserve();
  const buffer = reader.add(copy(reader, reader.input.uint()));
  return reader.fill(number, new Constructor(buffer));
}

function writeLocalView(writer: Writer, view: View, buffer: ArrayBuffer): void {
  const { out, transfers } = writer;
  checkPresent(writer, buffer);
  if (buffer.resizable && !isInBounds(view)) {
    throw writer.path.refuse(SAME, "is out of the bounds of its buffer");
  }
  if (writer.memory.has(buffer)) return writePartView(writer, view, buffer);
  const isListed = transfers.isListed(buffer);
  const whole = view.byteLength === buffer.byteLength && !buffer.resizable &&
    !(isListed && transfers.attaches);
  if (!whole && !isListed && !writer.knows(buffer)) return writePartView(writer, view, buffer);
  const start = out.position;
  out.byte(whole ? tag.WHOLE_VIEW : tag.VIEW);
  out.byte(numberOfClass(view));
  if (whole && !writer.reference(buffer)) {
    out.uint(buffer.byteLength);
    return writeAligned(out, new Uint8Array(buffer));
  }
  out.bytes[start] = tag.VIEW;
  if (!whole) writer.value(buffer, SAME);
  out.uint(view.byteOffset);
  out.uint(lengthOf(view, buffer));
}

function writePartView(writer: Writer, view: View, buffer: ArrayBuffer): void {
  const { out, memory } = writer;
  const { byteOffset, byteLength } = view;
  const { BYTES_PER_ELEMENT = 1 } = view;
  out.byte(tag.PART_VIEW);
  out.byte(numberOfClass(view));
  memory.show(out, buffer, byteOffset, byteLength, BYTES_PER_ELEMENT);
  out.uint(byteOffset);
  out.uint(lengthOf(view, buffer));
}

/** One more than how many elements a view has; zero if it follows the length of its buffer. */
function lengthOf(view: View, buffer: ArrayBuffer): number {
  return isTracking(view, buffer) ? 0 : (view.length ?? view.byteLength) + 1;
}

function numberOfClass(view: View): number {
  const name: string = nameOf.call(view) ?? "DataView";
  const number = numberOf.get(name)!;
  const isPlain = name !== "Uint8Array" || Object.getPrototypeOf(view) === Uint8Array.prototype;
  return isPlain || !isNodeBuffer(view) ? number : numberOf.get("Buffer")!;
}

function checkPresent(writer: Writer, buffer: ArrayBuffer): void {
  if (buffer.detached) throw writer.path.refuse(SAME, "is detached");
}

function isInBounds(view: View): boolean {
  try {
    if (view instanceof DataView) void view.byteLength;
    else keysOf.call(view as Uint8Array);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/**
 * Whether a view has no length of its own. That shows only when the length of its buffer changes.
 */
function isTracking(view: View, buffer: ArrayBuffer): boolean {
  const { byteLength } = buffer;
  const length = view.byteLength;
  const end = view.byteOffset + length;
  if (!buffer.resizable || end + 8 <= byteLength) return false;
  if (byteLength + 8 <= buffer.maxByteLength) {
    buffer.resize(byteLength + 8);
    const grew = view.byteLength !== length;
    buffer.resize(byteLength);
    return grew;
  }
  // A buffer that cannot grow is cut instead, and what was cut off put back. An empty view is taken
  // to have a length.
  if (length === 0) return false;
  const cut = new Uint8Array(buffer).slice(end - 1);
  buffer.resize(end - 1);
  const follows = isInBounds(view);
  buffer.resize(byteLength);
  new Uint8Array(buffer).set(cut, end - 1);
  return follows;
}

/** Node's `Buffer`, whose own constructor is deprecated. */
const NodeBuffer = function (buffer: ArrayBuffer, offset?: number, length?: number): View {
  return lateBuffer().from(buffer, offset, length);
} as unknown as ViewConstructor;

function viewConstructor(number: number): ViewConstructor {
  const name = viewNames[number];
  if (name === "Buffer") return NodeBuffer;
  const found: unknown = name === undefined ? undefined : Reflect.get(globalThis, name);
  if (typeof found === "function") return found as ViewConstructor;
  throw new DecodeFailure(`it holds a view that this runtime lacks (${name ?? number})`);
}

function copy(reader: Reader, length: number): ArrayBuffer {
  const from = readAligned(reader.input, length);
  // Not `slice`: the bytes may be in shared memory, and a subclass' slice shares.
  const bytes = new Uint8Array(length);
  bytes.set(from);
  return bytes.buffer;
}
