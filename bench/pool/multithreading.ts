/** npm's `multithreading`. */

import { loadPeer } from "../lib/load_peer.ts";
import { expectEqual } from "../lib/row.ts";
import { compete, type Competitor } from "./competitor.ts";
import { contestantOf } from "./peer.ts";

interface Peer {
  initRuntime(config: { maxWorkers: number }): void;
  move(...args: number[]): unknown;
  spawn(moved: unknown, fn: (n: number) => number): {
    join(): Promise<{ ok: boolean; value?: number; error?: unknown }>;
  };
  shutdown(): void;
}

/** Its one global pool. */
export const multithreading: Competitor = {
  name: "multithreading",
  open: async (_, workers) => {
    const { initRuntime, move, shutdown, spawn } = await loadPeer<Peer>("multithreading");
    initRuntime({ maxWorkers: workers });
    const square = (n: number): number => n ** 2;
    return contestantOf(async (n) => {
      const { ok, value, error } = await spawn(move(n), square).join();
      expectEqual(ok, true, `multithreading: ${String(error)}`);
      return value!;
    }, shutdown);
  },
};

if (import.meta.main) await compete(multithreading);
