/**
 * Objects of the platform: what the runtimes can do with them.
 *
 * @module
 * @internal
 */

/** Whether a key that is posted to another thread is one there. On Deno it arrives without what it holds. */
export const clonesKeys: boolean = !("Deno" in globalThis);

/** The part of Bun's API that is used here. */
interface BunGlobal {
  peek(promise: Promise<ArrayBuffer>): ArrayBuffer | Promise<ArrayBuffer> | Error;
}

/**
 * The bytes of a blob, or nothing where they cannot be had at once. Bun has those of a blob in memory at hand, and
 * `Bun.peek` gives them; those of a file it reads first. Deno and Node read in the background always.
 */
export function readBlob(blob: Blob): ArrayBuffer | undefined {
  if (!("Bun" in globalThis)) return undefined;
  const { peek } = (globalThis as unknown as { Bun: BunGlobal }).Bun;
  const reading = blob.arrayBuffer();
  const bytes = peek(reading);
  if (bytes instanceof ArrayBuffer) return bytes;
  // What becomes of it is nobody's concern any more.
  reading.catch(() => {});
  return undefined;
}
