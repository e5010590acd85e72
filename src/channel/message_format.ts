/**
 * The messages of a connection: a value, or bytes. Both begin with a number that tells which.
 *
 * @module
 * @internal
 */

import { checkInteger, wrongArgument } from "../arguments.ts";
import { Decoder } from "../codec/decoder.ts";
import { Encoder } from "../codec/encoder.ts";
import { DecodeFailure } from "../codec/failure.ts";
import { BufferTooShort } from "../errors.ts";
import type { ReadMessage } from "./messages.ts";

/** What a message is: its first number. */
const VALUE = 0;
const BYTES = 1;
/** Why nothing more can come, as who passes messages on to this end was told. */
const FAILURE = 2;

/** Of a message of bytes: as they begin at a word, they are copied word by word. */
export const headSize = 8;
const headPadding = new Uint8Array(headSize - 1);

/** In place of a message that is too long. */
export const tooLong: unique symbol = Symbol("too long");

/** Writes a message of a value. It is there until the encoder's next. */
export function encodeValue(encoder: Encoder, value: unknown): Uint8Array {
  encoder.restart("value");
  encoder.writeUint(VALUE);
  encoder.write(value, "value");
  return encoder.view(0);
}

/** Writes a message of bytes. It is there until the encoder's next. */
export function encodeBytes(encoder: Encoder, bytes: Uint8Array): Uint8Array {
  encoder.restart("value");
  encoder.writeUint(BYTES);
  encoder.writeBytes(headPadding);
  encoder.writeBytes(bytes);
  return encoder.view(0);
}

/** Writes a message that has whoever receives it get this error. */
export function encodeFailure(error: unknown): Uint8Array {
  const encoder = new Encoder();
  encoder.writeUint(FAILURE);
  encoder.write(error, "error");
  return encoder.view(0);
}

/** What another program has sent, as it is passed on: that something failed is not its to say. */
export const passedOn = (message: Uint8Array): Uint8Array =>
  tellsFailure(message) ? encodeFailure(forgedFailure()) : message;

/**
 * Whether who reads it takes it for a failure: a number can be written with more bytes than it
 * needs.
 */
function tellsFailure(message: Uint8Array): boolean {
  try {
    return new Decoder(message).readUint() === FAILURE;
  } catch (error) {
    if (error instanceof DecodeFailure) return false;
    throw error;
  }
}

const forgedFailure = (): Error =>
  new DecodeFailure("it tells a failure, which only this program can");

/** Reads a message: a value; of a message of bytes, the bytes. */
export const readValueOrBytes: ReadMessage<unknown> = (decoder, length) => {
  const head = decoder.readUint();
  if (head === BYTES) return readRest(decoder, head, length);
  const value = decoder.read();
  if (head === FAILURE) throw value;
  return value;
};

/** Reads a message that comes from another program itself, as another reader does. */
export const fromOutside = <T>(read: ReadMessage<T>): ReadMessage<T> => (decoder, length) => {
  const start = decoder.position;
  if (decoder.readUint() === FAILURE) throw forgedFailure();
  decoder.position = start;
  return read(decoder, length);
};

/**
 * What reads a message's bytes, of a value those that stand for it, if they are not more than so
 * many.
 *
 * @throws {RangeError} If there can be no such limit.
 */
export function readUpTo(
  maxLength: number | undefined,
): ReadMessage<Uint8Array<ArrayBuffer> | typeof tooLong> {
  if (maxLength !== undefined) checkInteger("receive", "maxLength", maxLength, 0);
  return (decoder, length) => {
    const head = decoder.readUint();
    if (head === FAILURE) throw decoder.read();
    return restSize(head, length) > (maxLength ?? Infinity)
      ? tooLong
      : readRest(decoder, head, length);
  };
}

/** How many bytes of a message are not its head. */
const restSize = (head: number, length: number): number => length - (head === BYTES ? headSize : 1);

function readRest(decoder: Decoder, head: number, length: number): Uint8Array<ArrayBuffer> {
  if (head === BYTES) decoder.position += headPadding.length;
  return decoder.readBytes(restSize(head, length));
}

/**
 * The bytes of a buffer, or of a view on one, or a part of them.
 *
 * @throws {TypeError} If it is neither.
 * @throws {RangeError} If it has no such part.
 */
export function bytesOf(
  source: ArrayBufferView | ArrayBufferLike,
  offset: number,
  size: number | undefined,
): Uint8Array {
  const all = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : asBytes(source);
  const verb = `use a part of ${all.length} bytes`;
  checkInteger(verb, "offset", offset, 0, all.length);
  const most = all.length - offset;
  if (size !== undefined) checkInteger(verb, "size", size, 0, most);
  return all.subarray(offset, offset + (size ?? most));
}

function asBytes(source: unknown): Uint8Array {
  if (source instanceof ArrayBuffer || source instanceof SharedArrayBuffer) {
    return new Uint8Array(source);
  }
  throw wrongArgument(
    TypeError,
    "Cannot use bytes as they must be an ArrayBuffer or a view on one",
    source,
  );
}

/** Copies the bytes of a message into memory of the caller's, and returns how many they are. */
export function putInto(target: Uint8Array, bytes: Uint8Array): number {
  if (bytes.length > target.length) {
    throw new BufferTooShort(
      `Cannot receive ${bytes.length} bytes as the buffer has room for ${target.length}`,
      bytes,
    );
  }
  target.set(bytes);
  return bytes.length;
}
