/** npm's `tinypool`. */

import { loadPeer } from "../lib/load_peer.ts";
import type { Method } from "../lib/row.ts";
import { gives } from "./common.ts";
import { serve } from "./serve.ts";

interface TinypoolPool {
  run(task: unknown, options: { name: string; signal?: AbortSignal }): Promise<unknown>;
  destroy(): Promise<void>;
}

interface Peer {
  readonly Tinypool: new (options: {
    filename: string;
    minThreads: number;
    maxThreads: number;
    runtime: "worker_threads" | "child_process";
  }) => TinypoolPool;
}

const factor = 3;

export function triple(n: number): number {
  return n * factor;
}

async function openFile(file: string, method: Method, workers: number): Promise<TinypoolPool> {
  const { Tinypool } = await loadPeer<Peer>("tinypool");
  return new Tinypool({
    filename: new URL(file, import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
    runtime: method === "worker" ? "worker_threads" : "child_process",
  });
}

if (import.meta.main) {
  await serve({
    open: async (method, workers) => {
      const pool = await openFile("./tasks.ts", method, workers);
      return {
        run: (name, n) => pool.run(n, { name }),
        interrupt: () => pool.run(0, { name: "spin", signal: AbortSignal.timeout(1000) }),
        close: () => pool.destroy(),
      };
    },
    claims: {
      main: async (method) => {
        const pool = await openFile("./tinypool.ts", method, 1);
        return await gives(pool.run(2, { name: "triple" }), 6, "by name");
      },
    },
  });
}
