// A program or a thread that a task starts by itself: tells its argument.
import process from "node:process";
import { isMainThread, parentPort } from "node:worker_threads";

const said = process.argv.slice(2).join();
if (isMainThread) process.send(said, () => process.disconnect());
else parentPort.postMessage(said);
