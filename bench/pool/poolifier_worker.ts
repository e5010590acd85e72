/** The worker of `poolifier.ts`. */

import { loadPeer } from "../lib/load_peer.ts";
import square from "./square.ts";

interface Peer {
  readonly ThreadWorker: new (task: (n: number) => number) => object;
}

const { ThreadWorker } = await loadPeer<Peer>("poolifier");
const worker: object = new ThreadWorker(square);
export default worker;
