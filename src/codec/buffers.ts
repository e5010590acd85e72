/**
 * Memory and the views on it.
 *
 * @module
 * @internal
 */

import { isMappedMemory } from "../runtime/common_memory.ts";
import type { ByteReader } from "./byte_reader.ts";
import type { ByteWriter } from "./byte_writer.ts";
import { DecodeFailure } from "./failure.ts";
import { SAME } from "./path.ts";
import * as tag from "./tags.ts";
import type { Reader, Writer } from "./parts.ts";

type ViewConstructor = new (buffer: ArrayBuffer, offset?: number, length?: number) => View;
type View = ArrayBufferView & { readonly length?: number };

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
];

/** Encodes an array buffer. */
export function writeBuffer(writer: Writer, buffer: ArrayBuffer): void {
  const { out } = writer;
  if (isMappedMemory(buffer)) {
    throw writer.path.refuse(SAME, "is the memory that all processes of the program share");
  }
  checkPresent(writer, buffer);
  out.byte(buffer.resizable ? tag.RESIZABLE_BUFFER : tag.BUFFER);
  out.uint(buffer.byteLength);
  if (buffer.resizable) out.uint(buffer.maxByteLength);
  writeAligned(out, new Uint8Array(buffer));
}

/** From here on bytes are worth some more in front of them, so that they are copied word by word. */
const alignedSize = 64;

/**
 * Writes bytes where a word begins: V8 copies bytes out of shared memory one by one, which takes
 * nine times as long, unless words come to lie on words.
 */
function writeAligned(out: ByteWriter, bytes: Uint8Array): void {
  if (bytes.length >= alignedSize) {
    out.reserve(8);
    const padding = -(out.position + 1) & 7;
    out.byte(padding);
    out.position += padding;
  }
  out.raw(bytes);
}

function skipPadding(input: ByteReader, length: number): void {
  if (length >= alignedSize) input.skip(input.byte());
}

/** Decodes an array buffer; `first` is the tag before it. */
export function readBuffer(reader: Reader, first: number): ArrayBuffer {
  const { input } = reader;
  const length = input.uint();
  if (first === tag.BUFFER) return reader.add(copy(reader, length));
  const maxByteLength = input.uint();
  skipPadding(input, length);
  const start = input.skip(length);
  const buffer = new ArrayBuffer(length, { maxByteLength });
  new Uint8Array(buffer).set(input.bytes.subarray(start, start + length));
  return reader.add(buffer);
}

/** Encodes shared memory, which only the channel can carry. */
export function writeShared(writer: Writer, shared: object): void {
  if (writer.transfers.attaches) return writer.attach(shared);
  throw writer.path.refuse(
    SAME,
    "is a SharedArrayBuffer, which cannot be shared as this channel carries bytes alone",
  );
}

/** Encodes a typed array or a `DataView`. All of its buffer travels, as other views may share it. */
export function writeView(writer: Writer, view: View): void {
  const buffer: object = view.buffer;
  if (buffer instanceof SharedArrayBuffer) {
    if (writer.transfers.attaches) return writer.attach(view);
    throw writer.path.refuse(
      SAME,
      "is on a SharedArrayBuffer, which cannot be shared as this channel carries bytes alone",
    );
  }
  if (isMappedMemory(buffer)) return writeCopy(writer, view);
  checkPresent(writer, buffer as ArrayBuffer);
  writeLocalView(writer, view, buffer as ArrayBuffer);
}

/** A view of the memory that all processes share travels as its own bytes, not with all of that. */
function writeCopy(writer: Writer, view: View): void {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
  const copy = new (view.constructor as ViewConstructor)(bytes.buffer);
  writeLocalView(writer, copy, bytes.buffer);
}

/** Decodes a view over a buffer that is a value. */
export function readView(reader: Reader): ArrayBufferView {
  const { input } = reader;
  const Constructor = viewConstructor(input.byte());
  const number = reader.reserve();
  const buffer = reader.value();
  if (!(buffer instanceof ArrayBuffer)) throw new DecodeFailure("it lacks a buffer");
  const offset = input.uint();
  const length = input.uint();
  // Zero is a view that follows the length of its buffer.
  const view = length === 0
    ? new Constructor(buffer, offset)
    : new Constructor(buffer, offset, length - 1);
  return reader.fill(number, view);
}

/** Decodes a view over the whole of a new buffer. */
export function readWholeView(reader: Reader): ArrayBufferView {
  const Constructor = viewConstructor(reader.input.byte());
  const number = reader.reserve();
  const buffer = reader.add(copy(reader, reader.input.uint()));
  return reader.fill(number, new Constructor(buffer));
}

function writeLocalView(writer: Writer, view: View, buffer: ArrayBuffer): void {
  const { out } = writer;
  const name: string = nameOf.call(view) ?? "DataView";
  const number = viewNames.indexOf(name);
  if (buffer.resizable && !isInBounds(view)) {
    throw writer.path.refuse(SAME, "is out of the bounds of its buffer");
  }
  const whole = view.byteLength === buffer.byteLength && !buffer.resizable &&
    !writer.transfers.moves(buffer);
  const start = out.position;
  out.byte(whole ? tag.WHOLE_VIEW : tag.VIEW);
  out.byte(number);
  if (whole && !writer.reference(buffer)) {
    out.uint(buffer.byteLength);
    return writeAligned(out, new Uint8Array(buffer));
  }
  out.bytes[start] = tag.VIEW;
  if (!whole) writer.value(buffer, SAME);
  out.uint(view.byteOffset);
  out.uint(isTracking(view, buffer) ? 0 : (view.length ?? view.byteLength) + 1);
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

/** Whether a view has no length of its own. That shows only when the length of its buffer changes. */
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
  // A buffer that cannot grow is cut instead, and what was cut off put back. An empty view is taken to have a length.
  if (length === 0) return false;
  const cut = new Uint8Array(buffer).slice(end - 1);
  buffer.resize(end - 1);
  const follows = isInBounds(view);
  buffer.resize(byteLength);
  new Uint8Array(buffer).set(cut, end - 1);
  return follows;
}

function viewConstructor(number: number): ViewConstructor {
  const name = viewNames[number];
  const found: unknown = name === undefined ? undefined : Reflect.get(globalThis, name);
  if (typeof found === "function") return found as ViewConstructor;
  throw new DecodeFailure(`it holds a view that this runtime lacks (${name ?? number})`);
}

function copy(reader: Reader, length: number): ArrayBuffer {
  const { input } = reader;
  skipPadding(input, length);
  const start = input.skip(length);
  // Not `slice`: the bytes may be in shared memory, and a subclass' slice shares.
  const bytes = new Uint8Array(length);
  bytes.set(input.bytes.subarray(start, start + length));
  return bytes.buffer;
}
