/** The worker of `poolifier.ts` that is a process. */

import { loadPeer } from "../lib/load_peer.ts";
import { tasks } from "./tasks.ts";

interface Peer {
  readonly ClusterWorker: new (tasks: Record<string, unknown>) => object;
}

const { ClusterWorker } = await loadPeer<Peer>("poolifier");
const worker: object = new ClusterWorker(tasks);
export default worker;
