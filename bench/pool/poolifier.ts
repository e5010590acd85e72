/** npm's `poolifier`. */

import { fileURLToPath } from "node:url";
import { loadPeer } from "../lib/load_peer.ts";
import { compete, type Competitor } from "./competitor.ts";
import { contestantOf } from "./peer.ts";
import { sizes } from "./sizes.ts";

interface Peer {
  readonly FixedThreadPool: new (threads: number, file: string) => {
    execute(data: number): Promise<number>;
    mapExecute(data: readonly number[]): Promise<number[]>;
    destroy(): Promise<void>;
  };
}

/** Poolifier with a fixed number of threads. */
export const poolifier: Competitor = {
  name: "poolifier",
  open: async (_, workers) => {
    const { FixedThreadPool } = await loadPeer<Peer>("poolifier");
    const file = fileURLToPath(new URL("./poolifier_worker.ts", import.meta.url));
    const pool = new FixedThreadPool(workers, file);
    return {
      ...contestantOf((n) => pool.execute(n), () => pool.destroy()),
      map: (numbers) => pool.mapExecute(numbers),
      mapSize: sizes.slowMap,
    };
  },
};

if (import.meta.main) await compete(poolifier);
