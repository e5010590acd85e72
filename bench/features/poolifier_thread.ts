/** The worker of `poolifier.ts` that is a thread. */

import { loadPeer } from "../lib/load_peer.ts";
import { tasks } from "./tasks.ts";

interface Peer {
  readonly ThreadWorker: new (tasks: Record<string, unknown>) => object;
}

const { ThreadWorker } = await loadPeer<Peer>("poolifier");
const worker: object = new ThreadWorker(tasks);
export default worker;
