import { aName, refusal } from "./failure.ts";

/** The classes whose objects a channel moves out of band. */
const MOVABLE: ReadonlySet<string> = new Set([
  "MessagePort",
  "ReadableStream",
  "WritableStream",
  "TransformStream",
  "ImageBitmap",
  "OffscreenCanvas",
]);

/** What goes beside the bytes of a message, and what this side lets go of when the message is taken. */
export class Transfers {
  /** Whether the channel carries anything but bytes. */
  readonly attaches: boolean;
  attachments: unknown[] = [];
  /** What is moved, by all values of the message. */
  list: object[] = [];
  /** Where the list of the value that is being encoded begins. */
  #from = 0;

  constructor(attaches: boolean) {
    this.attaches = attaches;
  }

  /** Begins a value: what the values before it moved is gone for this one. */
  begin(): void {
    this.#from = this.list.length;
  }

  /** Adds what one list names. */
  add(list: readonly unknown[]): void {
    list.forEach((item, index) => {
      const name = `transfer[${index}]`;
      if (list.indexOf(item) !== index) throw refusal(name, "is listed twice");
      const movable = this.#movable(item, name);
      if (this.isGone(movable)) throw refusal(name, "was transferred before");
      if (!this.list.includes(movable)) this.list.push(movable);
    });
  }

  /** Whether an object is moved by the channel, and not copied. */
  moves(object: object): boolean {
    return this.attaches && this.list.length > this.#from &&
      this.list.indexOf(object, this.#from) >= 0;
  }

  /** Whether an earlier value of the message moves it. */
  isGone(object: object): boolean {
    if (this.#from === 0) return false;
    const index = this.list.indexOf(object);
    return index >= 0 && index < this.#from;
  }

  /** The number under which the other side finds it. */
  attach(value: object): number {
    const index = this.attachments.indexOf(value);
    return index >= 0 ? index : this.attachments.push(value) - 1;
  }

  /** Hands out both lists, and starts anew. What was copied is let go of here. */
  take(): { attachments: unknown[]; transfer: Transferable[] } {
    const { attachments, list } = this;
    if (list.length > 0) this.list = [];
    if (attachments.length > 0) this.attachments = [];
    if (this.attaches) return { attachments, transfer: list as Transferable[] };
    for (const buffer of list as ArrayBuffer[]) if (!buffer.detached) buffer.transfer();
    return { attachments, transfer: [] };
  }

  #movable(item: unknown, name: string): object {
    const brand = Object.prototype.toString.call(item).slice("[object ".length, -1);
    if (typeof item !== "object" || item === null) {
      throw refusal(name, `is not transferable: ${String(item)}`);
    }
    if (item instanceof ArrayBuffer) return checkDetachable(item, name);
    if (!MOVABLE.has(brand)) throw refusal(name, `is ${aName(brand)}, which is not transferable`);
    if (this.attaches) return item;
    throw refusal(
      name,
      `is ${aName(brand)}, which cannot be moved as this channel carries bytes alone`,
    );
  }
}

/**
 * Memory of WebAssembly cannot be let go of, and nothing says so but the attempt. This attempt fails for all others:
 * the check comes before the allocation of the impossible length, and the allocation before the move.
 */
function checkDetachable(buffer: ArrayBuffer, name: string): ArrayBuffer {
  if (buffer.detached) throw refusal(name, "is a detached ArrayBuffer");
  try {
    buffer.transfer(Number.MAX_SAFE_INTEGER);
  } catch (error) {
    if (error instanceof RangeError) return buffer;
  }
  throw refusal(name, "is an ArrayBuffer that cannot be detached");
}
