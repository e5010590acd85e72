/** The worker of `workerpool.ts`. */

import { loadPeer } from "../lib/load_peer.ts";
import { tasks } from "./tasks.ts";

interface Peer {
  worker(methods: Record<string, unknown>): void;
}

const { worker } = await loadPeer<Peer>("workerpool");
worker(tasks);
