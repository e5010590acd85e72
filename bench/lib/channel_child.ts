/** The other side of a bare channel: see `channel.ts`. */

import process from "node:process";
import { workerData } from "node:worker_threads";

/** Answers its parent: `begin` is told how to, and gives what hears each message. */
export function serveChannel(
  begin: (post: (message: unknown) => void) => (message: unknown) => void,
): void {
  const { port } = (workerData ?? {}) as { port?: MessagePort };
  if (port !== undefined) {
    const hear = begin((message) => port.postMessage(message));
    port.onmessage = ({ data }) => hear(data);
  } else {
    process.on("message", begin((message) => process.send!(message)));
    process.on("disconnect", () => process.exit());
  }
}
