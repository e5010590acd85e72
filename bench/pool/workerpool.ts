/** npm's `workerpool`. */

import { loadPeer } from "../lib/load_peer.ts";
import { compete, type Competitor } from "./competitor.ts";
import { contestantOf } from "./peer.ts";
import { fileURLToPath } from "node:url";

interface WorkerPool {
  exec(method: string, args: readonly unknown[]): Promise<number>;
  terminate(force?: boolean): Promise<unknown>;
}

interface Peer {
  pool(script: string, options: {
    minWorkers: number;
    maxWorkers: number;
    workerType: "thread" | "process";
  }): WorkerPool;
}

/** Workerpool with a fixed number of threads or processes. */
export const workerpool: Competitor = {
  name: "workerpool",
  open: async (method, workers) => {
    const peer = await loadPeer<Peer>("workerpool");
    const script = fileURLToPath(new URL("./workerpool_worker.ts", import.meta.url));
    const pool = peer.pool(script, {
      minWorkers: workers,
      maxWorkers: workers,
      workerType: method === "worker" ? "thread" : "process",
    });
    return contestantOf((n) => pool.exec("square", [n]), () => pool.terminate(true));
  },
};

if (import.meta.main) await compete(workerpool);
