/** npm's `piscina`. */

import { loadPeer } from "../lib/load_peer.ts";
import { compete, type Competitor } from "./competitor.ts";
import { contestantOf } from "./peer.ts";

interface Peer {
  readonly Piscina: new (options: {
    filename: string;
    minThreads: number;
    maxThreads: number;
  }) => { run(task: number): Promise<number>; destroy(): Promise<void> };
}

/** Piscina with a fixed number of threads. */
export const piscina: Competitor = {
  name: "piscina",
  open: async (_, workers) => {
    const { Piscina } = await loadPeer<Peer>("piscina");
    const filename = new URL("./square.ts", import.meta.url).href;
    const pool = new Piscina({ filename, minThreads: workers, maxThreads: workers });
    return contestantOf((n) => pool.run(n), () => pool.destroy());
  },
};

if (import.meta.main) await compete(piscina);
