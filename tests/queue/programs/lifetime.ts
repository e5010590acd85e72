/** Programs with queues: when they end. */

import process from "node:process";
import { getContext, type Queue, type StartMethod, task } from "../../../mod.ts";

const method = process.argv[2] as StartMethod;

async function putLater(queue: Queue<string>): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 200));
  await queue.put("from the child");
}
task(import.meta, putLater);

async function getForEver(queue: Queue<string>): Promise<void> {
  for (;;) await queue.get();
}
task(import.meta, getForEver);

function iterate(queue: Queue<string>): Promise<void> {
  return (async () => {
    for await (const item of queue) if (item === "last") queue.close();
  })();
}
task(import.meta, iterate);

const { JoinableQueue, Process, ...context } = getContext(method);
const queue: Queue<string> = new context.Queue();

const programs: Record<string, () => void | Promise<void>> = {
  "only drops its queue": () => queue.putNoWait("a"),
  "waits for a child's item": async () => {
    const child = new Process({ target: putLater, args: [queue] });
    child.start();
    console.log(await queue.get());
  },
  "has put what nobody gets": async () => {
    const child = new Process({ target: putLater, args: [queue] });
    child.start();
    await child.join();
  },
  "has a daemon that gets for ever": async () => {
    const joinable = new JoinableQueue<string>();
    const child = new Process({ target: getForEver, args: [joinable], daemon: true });
    child.start();
    joinable.putNoWait("a");
    while (!joinable.empty()) await new Promise((resolve) => setTimeout(resolve, 5));
  },
  "has a child whose loop ends": async () => {
    const child = new Process({ target: iterate, args: [queue] });
    child.start();
    for (const item of ["a", "b", "last"]) await queue.put(item);
    await child.join();
    console.log(child.exitCode);
  },
  "closes its end": async () => {
    const got = queue.get().catch((error: Error) => error.message);
    queue.close();
    console.log(await got);
  },
};

if (import.meta.main) {
  await programs[process.argv[3]!]!();
  console.log("main has ended");
}
