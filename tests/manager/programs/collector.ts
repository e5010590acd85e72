/** The collector, where a program may call it; elsewhere it is left to itself. */

import { pause } from "../../fixtures.ts";

const collectors = globalThis as { gc?: () => void; Bun?: { gc(force: boolean): void } };

/** Collects what nobody refers to, and gives the finalizers their turn. */
export async function collect(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    if (collectors.Bun !== undefined) collectors.Bun.gc(true);
    else collectors.gc?.();
    await pause(5);
  }
}
