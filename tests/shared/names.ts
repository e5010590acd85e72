/** Names of shared memory that tests remove. */

import { SharedMemory } from "../../mod.ts";

/**
 * Removes a name, if it is there: the maker may have been killed, and its name may go at any
 * moment.
 */
export function unlinkIfThere(name: string): void {
  try {
    using memory = new SharedMemory({ name });
    memory.unlink();
  } catch (error) {
    if (!(error as Error).message.endsWith("there is none of that name")) throw error;
  }
}
