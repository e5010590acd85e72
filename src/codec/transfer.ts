import { checkArray, checkObject } from "../arguments.ts";

/**
 * What can be moved: an `ArrayBuffer`, a `MessagePort`, a stream, an `ImageBitmap`, an
 * `OffscreenCanvas`. By their shapes, so that a program needs no types of the web to use this
 * package; with them it takes every `Transferable` of theirs.
 */
export type Transferable =
  | ArrayBuffer
  | { postMessage(message: unknown, transfer: never[]): void; start(): void; close(): void }
  | { readonly locked: boolean }
  | {
    readonly readable: { readonly locked: boolean };
    readonly writable: { readonly locked: boolean };
  }
  | { readonly width: number; readonly height: number }
  // The web's own list has a type without any property: where it is there, all objects fit.
  | (typeof globalThis extends { MediaSourceHandle: { prototype: infer Handle extends object } }
    ? Handle
    : never);

const lists = new WeakMap<object, readonly Transferable[]>();
/** Until the first list there is nothing to look up, and most programs never have one. */
let used = false;

/**
 * Marks what is to be moved, not copied, when a value travels. Give the value itself wherever it is
 * to go: an argument, a result, a queue item, a message, or a part of one.
 *
 * Afterwards the value is as it was; once it is sent, the array buffers of the list have no bytes
 * any more on this side. Between threads a move costs nothing, whatever the size; between processes
 * the bytes are copied and then let go, and what has no bytes, such as a `MessagePort`, is refused.
 *
 * @example
 * ```ts
 * import { Pool, transfer } from "@nproc/multiprocessing";
 *
 * export const pixels = (size: number): Uint8Array => {
 *   const image = new Uint8Array(size);
 *   return transfer(image, [image.buffer]);
 * };
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(1);
 *   console.log((await pool.apply(pixels, [1_000_000])).length); // 1000000
 * }
 * ```
 *
 * @param value What travels: an object.
 * @param list The array buffers and other transferable objects in it.
 * @returns The value.
 * @throws {TypeError} If the value is not an object, or the list not an array.
 */
export function transfer<T>(value: T, list: Transferable[]): T {
  checkObject("transfer", "value", value);
  checkArray("transfer", "list", list);
  lists.set(value, [...list]);
  used = true;
  return value;
}

/**
 * The list that was remembered for this value.
 *
 * @internal
 */
export function transferListOf(value: object): readonly Transferable[] | undefined {
  return used ? lists.get(value) : undefined;
}
