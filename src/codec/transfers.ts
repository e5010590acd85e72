/**
 * What goes beside the bytes of a message.
 *
 * @module
 * @internal
 */

import { isMappedMemory } from "../runtime/common_memory.ts";
import { aName, refusal } from "./failure.ts";

/**
 * The global classes, besides `ArrayBuffer`, whose objects a channel moves. Not every runtime has
 * each.
 */
const movableClasses: readonly string[] = ["MessagePort", "ImageBitmap", "OffscreenCanvas"];

/** Those whose objects are moved in any case, and not by the channel: see `channel/streams.ts`. */
const streamClasses = [ReadableStream, WritableStream, TransformStream];

/** Memory of WebAssembly, which cannot be moved, comes in pages of this size. */
const PAGE = 0x10000;

/** What goes beside the bytes of a message, and what this side lets go of. */
export class Transfers {
  /** Whether the channel carries anything but bytes. */
  readonly attaches: boolean;
  attachments: unknown[] = [];
  /** What is moved, by all values of the message. */
  list: object[] = [];
  /** Where the list of the value that is being encoded begins. */
  #from = 0;
  /** What is moved if that value holds it. */
  #offered: ReadonlySet<unknown> | undefined;

  constructor(attaches: boolean) {
    this.attaches = attaches;
  }

  /** Begins a value: what the values before it moved is gone for this one. */
  begin(): void {
    this.#from = this.list.length;
    this.#offered = undefined;
  }

  /** Offers what may be moved by this value, or by another: by the one that holds it. */
  offer(offered: ReadonlySet<unknown>): void {
    this.#offered = offered;
  }

  /** Adds what one list names, or a part of it that begins at a place of its own. */
  add(list: readonly unknown[], begin = 0): void {
    list.forEach((item, index) => {
      const name = `transfer[${begin + index}]`;
      if (list.indexOf(item) !== index) throw refusal(name, "is listed twice");
      if (streamClasses.some((cls) => item instanceof cls)) return;
      const movable = this.#movable(item, name);
      const known = this.list.indexOf(movable);
      if (known < 0) this.list.push(movable);
      else if (known < this.#from) throw refusal(name, "was transferred before");
    });
  }

  /** Whether an object, which the value holds, is moved by the channel, and not copied. */
  moves(object: object): boolean {
    return this.isListed(object) && this.attaches;
  }

  /** Whether an object, which the value holds, is to be gone from this side afterwards. */
  isListed(object: object): boolean {
    if (this.#offered?.has(object)) this.#accept(object, this.#offered);
    return this.list.length > this.#from && this.list.indexOf(object, this.#from) >= 0;
  }

  /** The number under which the other side finds it. */
  attach(value: object): number {
    const index = this.attachments.indexOf(value);
    return index >= 0 ? index : this.attachments.push(value) - 1;
  }

  /**
   * Ends a value: takes its buffers from this side. Where they are copied, only the copies are
   * left.
   */
  move(): void {
    if (this.list.length === this.#from) return;
    const buffers = this.list.slice(this.#from).filter((item) => item instanceof ArrayBuffer);
    // Those that may refuse come first, while nothing is moved yet.
    buffers.sort((a, b) => Number(b.byteLength % PAGE === 0) - Number(a.byteLength % PAGE === 0));
    for (const buffer of buffers) this.#moveBuffer(buffer);
    if (!this.attaches) this.list.length = 0;
  }

  /**
   * Ends a value that is copied, and may not be sent after all: gives what takes its buffers from
   * this side once it is.
   */
  moveLater(): (() => void) | undefined {
    const buffers = this.list.splice(this.#from).filter((item) => item instanceof ArrayBuffer);
    if (buffers.length === 0) return undefined;
    return () => {
      for (const buffer of buffers) if (!buffer.detached) detach(buffer);
    };
  }

  /** Hands out both lists, and starts anew. */
  take(): { attachments: unknown[]; transfer: object[] } {
    const { attachments, list } = this;
    this.attachments = [];
    this.list = [];
    return { attachments, transfer: list };
  }

  #accept(object: object, offered: ReadonlySet<unknown>): void {
    if (this.list.includes(object, this.#from)) return;
    // What one value has moved, another holds in vain: then it is refused as detached.
    if (object instanceof ArrayBuffer && object.detached) return;
    this.add([object], [...offered].indexOf(object));
  }

  #moveBuffer(buffer: ArrayBuffer): void {
    const index = this.list.indexOf(buffer);
    try {
      const moved = buffer.transfer();
      this.list[index] = moved;
      const attachment = this.attachments.indexOf(buffer);
      if (attachment >= 0) this.attachments[attachment] = moved;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw refusal(`transfer[${index - this.#from}]`, "is an ArrayBuffer that cannot be detached");
    }
  }

  #movable(item: unknown, name: string): object {
    if (typeof item !== "object" || item === null) {
      throw refusal(name, `is not transferable: ${String(item)}`);
    }
    if (item instanceof ArrayBuffer) {
      if (isMappedMemory(item)) throw refusal(name, "is memory that all processes share");
      if (item.detached) throw refusal(name, "is a detached ArrayBuffer");
      return item;
    }
    const className = movableClasses.find((className) => {
      const cls: unknown = Reflect.get(globalThis, className);
      return typeof cls === "function" && item instanceof cls;
    });
    if (className === undefined) {
      const brand = Object.prototype.toString.call(item).slice("[object ".length, -1);
      throw refusal(name, `is ${aName(brand)}, which is not transferable`);
    }
    if (this.attaches) return item;
    const why = "which cannot be moved as this channel carries bytes alone";
    throw refusal(name, `is ${aName(className)}, ${why}`);
  }
}

function detach(buffer: ArrayBuffer): void {
  try {
    buffer.transfer();
  } catch (error) {
    // Memory of WebAssembly cannot be taken away; it was copied.
    if (!(error instanceof TypeError)) throw error;
  }
}
