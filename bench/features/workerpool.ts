/** npm's `workerpool`. */

import { fileURLToPath } from "node:url";
import { loadPeer } from "../lib/load_peer.ts";
import type { Method } from "../lib/row.ts";
import { gives } from "./common.ts";
import { serve } from "./serve.ts";

interface Running extends Promise<unknown> {
  timeout(delay: number): Promise<unknown>;
}

interface WorkerPool {
  exec(method: string | ((n: number) => unknown), args: readonly unknown[]): Running;
  terminate(): Promise<unknown>;
}

interface Options {
  readonly minWorkers: number;
  readonly maxWorkers: number;
  readonly workerType: "thread" | "process";
}

interface Peer {
  pool(script: string, options: Options): WorkerPool;
  pool(options: Options): WorkerPool;
  worker(methods: Record<string, unknown>): void;
  readonly isMainThread: boolean;
}

const factor = 3;

export function triple(n: number): number {
  return n * factor;
}

function optionsOf(method: Method, workers: number): Options {
  const workerType = method === "worker" ? "thread" : "process";
  return { minWorkers: workers, maxWorkers: workers, workerType };
}

const peer = await loadPeer<Peer>("workerpool");

// The main module can be the worker file, too.
if (!peer.isMainThread) peer.worker({ triple });
else if (import.meta.main) {
  await serve({
    open: (method, workers) => {
      const script = fileURLToPath(new URL("./workerpool_worker.ts", import.meta.url));
      const pool = peer.pool(script, optionsOf(method, workers));
      return {
        run: (name, n) => pool.exec(name, [n]),
        interrupt: () => pool.exec("spin", []).timeout(1000),
        close: () => pool.terminate(),
      };
    },
    claims: {
      inline: (method) => gives(peer.pool(optionsOf(method, 1)).exec((n) => n + 1, [2]), 3),
      main: async (method) => {
        const itself = peer.pool(optionsOf(method, 1)).exec(triple, [2]);
        if (await gives(itself, 6) === "yes") return "yes";
        const pool = peer.pool(fileURLToPath(import.meta.url), optionsOf(method, 1));
        return await gives(pool.exec("triple", [2]), 6, "by name");
      },
    },
  });
}
