/**
 * Messages in a stream of bytes: each is its length, in four bytes, and its bytes.
 *
 * @module
 * @internal
 */

export const headSize = 4;
/** The longest message that can be told of, in bytes. */
export const longest: number = 2 ** 32 - 1;

/**
 * A message as it is written to a stream, in memory of its own, with room for so many bytes behind
 * it, which count as a part of it.
 *
 * @throws {RangeError} If it is too long.
 */
export function framed(message: Uint8Array, room: number = 0): Uint8Array {
  const length = message.length + room;
  if (length > longest) {
    throw new RangeError(
      `Cannot send ${message.length} bytes as one message as it may have ${longest} at most`,
    );
  }
  const bytes = new Uint8Array(headSize + length);
  new DataView(bytes.buffer).setUint32(0, length);
  bytes.set(message, headSize);
  return bytes;
}

/**
 * Finds the messages in a stream. Whatever length a message tells, it takes no more memory than has
 * come of it, and one that tells too much is not read at all.
 */
export class FrameReader {
  readonly #onMessage: (message: Uint8Array) => void;
  readonly #longest: number;
  readonly #head = new Uint8Array(headSize);
  #headCount = 0;
  /** What has come of a message whose head has come. */
  #parts: Uint8Array[] = [];
  #missing = 0;
  #announced = 0;

  /** `longest` is how many bytes a message may have. */
  constructor(onMessage: (message: Uint8Array) => void, longest: number) {
    this.#onMessage = onMessage;
    this.#longest = longest;
  }

  /** How many bytes the message has that is coming, as it tells; 0 if none is. */
  get announced(): number {
    return this.#announced;
  }

  /** How many of them have come. */
  get held(): number {
    return this.#announced - this.#missing;
  }

  /** Whether one has told that it is too long: no more is read. */
  get isTooLong(): boolean {
    return this.#announced > this.#longest;
  }

  /** Whether the stream is in the middle of a message. */
  get isInside(): boolean {
    return this.#headCount > 0;
  }

  /** Takes the next bytes of the stream, and keeps them. */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.isTooLong;) {
      at = this.#headCount < headSize ? this.#addHead(bytes, at) : this.#addBody(bytes, at);
      // Here too, as a message may be empty.
      if (this.#headCount === headSize && this.#missing === 0) this.#finish();
    }
  }

  #addHead(bytes: Uint8Array, from: number): number {
    let at = from;
    while (this.#headCount < headSize && at < bytes.length) {
      this.#head[this.#headCount++] = bytes[at++]!;
    }
    if (this.#headCount === headSize) {
      this.#missing = this.#announced = new DataView(this.#head.buffer).getUint32(0);
    }
    return at;
  }

  #addBody(bytes: Uint8Array, from: number): number {
    const part = bytes.subarray(from, from + this.#missing);
    this.#parts.push(part);
    this.#missing -= part.length;
    return from + part.length;
  }

  #finish(): void {
    const message = joined(this.#parts);
    this.#parts = [];
    this.#headCount = this.#announced = 0;
    this.#onMessage(message);
  }
}

/** Bytes one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
