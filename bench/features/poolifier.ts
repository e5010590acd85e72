/** npm's `poolifier`. */

import cluster from "node:cluster";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { loadPeer } from "../lib/load_peer.ts";
import type { Method } from "../lib/row.ts";
import { gives } from "./common.ts";
import { serve } from "./serve.ts";

interface PoolifierPool {
  execute(data?: unknown, name?: string, signal?: AbortSignal): Promise<unknown>;
  mapExecute(data: Iterable<unknown>, name: string): Promise<unknown[]>;
  addTaskFunction(name: string, fn: (n: number) => unknown): Promise<boolean>;
  destroy(): Promise<void>;
  readonly emitter?: { on(event: "error", listener: (error: Error) => void): void };
}

type WorkerClass = new (tasks: Record<string, unknown>) => object;

type PoolClass = new (workers: number, file: string) => PoolifierPool;

interface Peer {
  readonly FixedThreadPool: PoolClass;
  readonly FixedClusterPool: PoolClass;
  readonly ThreadWorker: WorkerClass;
  readonly ClusterWorker: WorkerClass;
}

const factor = 3;

export function triple(n: number): number {
  return n * factor;
}

const peer = await loadPeer<Peer>("poolifier");

function openPool(method: Method, workers: number, given?: string): PoolifierPool {
  const isThread = method === "worker";
  const file = given ?? (isThread ? "./poolifier_thread.ts" : "./poolifier_cluster.ts");
  const Pool = isThread ? peer.FixedThreadPool : peer.FixedClusterPool;
  const pool = new Pool(workers, fileURLToPath(new URL(file, import.meta.url)));
  pool.emitter?.on("error", (error) => console.error("the pool's error:", error));
  return pool;
}

/** Adds a function of this module, which is sent as its source text, and has it run. */
async function runAdded(method: Method, fn: (n: number) => number): Promise<unknown> {
  const pool = openPool(method, 1);
  await pool.addTaskFunction("added", fn);
  return await pool.execute(2, "added");
}

/** Inputs without end; who takes a million before the first result takes all. */
function* endless(): Generator<number> {
  for (let n = 0; n < 1_000_000; n++) yield n;
  throw new RangeError("A million inputs were taken");
}

// The main module can be the worker file, too.
if (!isMainThread) new peer.ThreadWorker({ triple });
else if (cluster.isWorker) new peer.ClusterWorker({ triple });
else if (import.meta.main) {
  await serve({
    open: (method, workers) => {
      const pool = openPool(method, workers);
      return {
        run: (name, n) => pool.execute(n, name),
        interrupt: () => pool.execute(0, "spin", AbortSignal.timeout(1000)),
        close: () => pool.destroy(),
      };
    },
    claims: {
      inline: (method) => gives(runAdded(method, (n) => n + 1), 3),
      main: async (method) => {
        if (await gives(runAdded(method, triple), 6) === "yes") return "yes";
        const pool = openPool(method, 1, "./poolifier.ts");
        return await gives(pool.execute(2, "triple"), 6, "by name");
      },
      lazy: async (method) => {
        const pool = openPool(method, 1);
        return await pool.mapExecute(endless(), "square").then(() => "yes", () => "no");
      },
    },
  });
}
