/**
 * How long a program lives that has streams in other children: what it does is its second argument.
 */

import process from "node:process";
import { Pool, Process, Queue, setStartMethod, type StartMethod } from "../../../mod.ts";

/** Does nothing with what it is given. */
export function ignore(_value: unknown): void {}

export async function write(sink: WritableStream<number>): Promise<void> {
  const writer = sink.getWriter();
  for (let i = 0; i < 100; i++) await writer.write(i);
  await writer.close();
}

export function numbers(count: number): ReadableStream<number> {
  let i = 0;
  return new ReadableStream({
    pull: (controller) => i < count ? controller.enqueue(i++) : controller.close(),
  });
}

export async function put(queue: Queue, count: number): Promise<void> {
  await queue.put(numbers(count));
}

/** Prints how many chunks a stream gives. */
async function count(stream: ReadableStream<number>): Promise<void> {
  let chunks = 0;
  for await (const _ of stream) chunks++;
  console.log(chunks);
}

if (import.meta.main) {
  const [, , method, what] = process.argv;
  setStartMethod(method as StartMethod);
  switch (what) {
    case "ignored by a task":
      await new Pool(1).apply(ignore, [numbers(Infinity)]);
      break;
    case "ignored result":
      await new Pool(1).apply(numbers, [Infinity]);
      break;
    case "in a queue that nobody reads":
      await new Queue().put(numbers(Infinity));
      break;
    case "read from a task":
      await count(await new Pool(1).apply(numbers, [100]) as ReadableStream<number>);
      break;
    case "written by a task that nobody waits for": {
      const { readable, writable } = new TransformStream<number, number>();
      void new Pool(1).applyAsync(write, [writable]);
      await count(readable);
      break;
    }
    case "read long after its child's function": {
      const queue = new Queue<ReadableStream<number>>();
      new Process({ target: put, args: [queue, 1000] }).start();
      const stream = await queue.get();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await count(stream);
      break;
    }
    default:
      throw new RangeError(`What to do must be known: received ${what}`);
  }
  console.log("main ends");
}
