/**
 * Values whose reading needs modules that are not loaded yet.
 *
 * @module
 * @internal
 */

import { TaskReferenceError } from "../errors.ts";
import type { Decoder } from "./decoder.ts";
import { loadNeeded } from "../code/load_module.ts";
import { ModuleNeeded } from "../code/module_needed.ts";

/**
 * Reads the decoder's next value, and imports the modules that its classes and functions need.
 * A promise only where a module had to be imported.
 */
export function readLoading(decoder: Decoder): unknown {
  const start = decoder.position;
  try {
    return decoder.read();
  } catch (error) {
    if (!(error instanceof ModuleNeeded)) throw error;
    return readAgain(decoder, start, error);
  }
}

/** A value that was read, or the reason why it could not be. */
export type ReadResult = { readonly value: unknown } | { readonly error: unknown };

/** As `readLoading`, and tells an error instead of throwing it. */
export function tryReadLoading(decoder: Decoder): ReadResult | Promise<ReadResult> {
  try {
    const value = readLoading(decoder);
    if (!(value instanceof Promise)) return { value };
    return value.then((value) => ({ value }), (error) => ({ error }));
  } catch (error) {
    return { error };
  }
}

async function readAgain(decoder: Decoder, start: number, needed: ModuleNeeded): Promise<unknown> {
  const loaded = new Set<string>();
  for (;;) {
    if (loaded.has(needed.url)) throw new TaskReferenceError(needed.message);
    await loadNeeded(needed, decoder.origin);
    loaded.add(needed.url);
    decoder.position = start;
    try {
      return decoder.read();
    } catch (error) {
      if (!(error instanceof ModuleNeeded)) throw error;
      needed = error;
    }
  }
}
