/** Drops pools in all ways, and tells how many children are left once they are collected. */

import process from "node:process";
import { activeChildren, Pool, setStartMethod, type StartMethod } from "../../../mod.ts";

export function square(x: number): number {
  return x ** 2;
}

const uses: Readonly<Record<string, (pool: Pool) => Promise<void>>> = {
  map: async (pool) => void await pool.map(square, [1, 2, 3]),
  imap: async (pool) => void await Array.fromAsync(pool.imap(square, [1, 2, 3])),
  "imap that was left": async (pool) => {
    for await (const _ of pool.imap(square, [1, 2, 3])) break;
  },
};

const { gc, Bun } = globalThis as unknown as { gc?: () => void; Bun?: { gc(now: true): void } };

async function untilCollected(): Promise<void> {
  for (let i = 0; i < 60 && activeChildren().length > 0; i++) {
    gc === undefined ? Bun?.gc(true) : gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

if (import.meta.main) {
  setStartMethod(process.argv[2] as StartMethod);
  for (const [name, use] of Object.entries(uses)) {
    await use(new Pool(1));
    await untilCollected();
    console.log(name, activeChildren().length);
  }
}
