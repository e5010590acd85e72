/** npm's `piscina`. */

import { loadPeer } from "../lib/load_peer.ts";
import { gives } from "./common.ts";
import { serve } from "./serve.ts";

interface PiscinaPool {
  run(task: unknown, options: { name: string; signal?: AbortSignal }): Promise<unknown>;
  destroy(): Promise<void>;
}

interface Peer {
  readonly Piscina: new (options: {
    filename: string;
    minThreads: number;
    maxThreads: number;
  }) => PiscinaPool;
}

const factor = 3;

export function triple(n: number): number {
  return n * factor;
}

async function openFile(file: string, workers: number): Promise<PiscinaPool> {
  const { Piscina } = await loadPeer<Peer>("piscina");
  const filename = new URL(file, import.meta.url).href;
  return new Piscina({ filename, minThreads: workers, maxThreads: workers });
}

if (import.meta.main) {
  await serve({
    open: async (_, workers) => {
      const pool = await openFile("./tasks.ts", workers);
      return {
        run: (name, n) => pool.run(n, { name }),
        interrupt: () => pool.run(0, { name: "spin", signal: AbortSignal.timeout(1000) }),
        close: () => pool.destroy(),
      };
    },
    claims: {
      main: async () => {
        const pool = await openFile("./piscina.ts", 1);
        return await gives(pool.run(2, { name: "triple" }), 6, "by name");
      },
    },
  });
}
