/** A bare child: it squares what comes, one number or many in one message. */

import process from "node:process";
import { workerData } from "node:worker_threads";

const answer = (message: unknown): unknown =>
  Array.isArray(message) ? message.map((n: number) => n ** 2) : (message as number) ** 2;

const { port } = (workerData ?? {}) as { port?: MessagePort };
if (port !== undefined) port.onmessage = ({ data }) => port.postMessage(answer(data));
else {
  process.on("message", (message) => process.send!(answer(message)));
  process.on("disconnect", () => process.exit());
}
