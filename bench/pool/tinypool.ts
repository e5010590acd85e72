/** npm's `tinypool`. */

import { loadPeer } from "../lib/load_peer.ts";
import { compete, type Competitor } from "./competitor.ts";
import { contestantOf } from "./peer.ts";

interface Peer {
  readonly Tinypool: new (options: {
    filename: string;
    minThreads: number;
    maxThreads: number;
    runtime: "worker_threads" | "child_process";
  }) => { run(task: number): Promise<number>; destroy(): Promise<void> };
}

/** Tinypool with a fixed number of threads or processes. */
export const tinypool: Competitor = {
  name: "tinypool",
  open: async (method, workers) => {
    const { Tinypool } = await loadPeer<Peer>("tinypool");
    const pool = new Tinypool({
      filename: new URL("./square.ts", import.meta.url).href,
      minThreads: workers,
      maxThreads: workers,
      runtime: method === "worker" ? "worker_threads" : "child_process",
    });
    return contestantOf((n) => pool.run(n), () => pool.destroy());
  },
};

if (import.meta.main) await compete(tinypool);
