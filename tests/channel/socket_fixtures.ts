/** What children do with a connection to another program. */

import { type Connection, EOFError, task } from "../../mod.ts";
import type { Event, Queue } from "../../mod.ts";

/** Sends back what comes, until the other side closes the connection. */
export async function echo(end: Connection): Promise<number> {
  let count = 0;
  for await (const value of end) {
    await end.send({ back: value });
    count++;
  }
  end.close();
  return count;
}
task(import.meta, echo);

/** Sends so many values, the last of so many bytes, and ends. */
export async function sendAndEnd(end: Connection, count: number, size: number): Promise<void> {
  for (let i = 0; i < count; i++) await end.send(i);
  await end.sendBytes(new Uint8Array(size).fill(9));
}
task(import.meta, sendAndEnd);

/** Receives until the end, and tells what came and how it ended. */
export async function receiveAll(end: Connection): Promise<[unknown[], string, boolean]> {
  const got: unknown[] = [];
  for (;;) {
    try {
      got.push(await end.recv());
    } catch (error) {
      const { message } = error as Error;
      return [got, message, error instanceof EOFError];
    }
  }
}
task(import.meta, receiveAll);

/** Waits for a word in the queue, and then receives the lengths of what came. */
export async function receiveLater(end: Connection, words: Queue<string>): Promise<number[]> {
  await words.get();
  const lengths: number[] = [];
  for await (const bytes of end) lengths.push((bytes as Uint8Array).length);
  return lengths;
}
task(import.meta, receiveLater);

/** Takes a connection out of a queue, and answers on it. */
export async function answerFromQueue(ends: Queue<{ end: Connection }>): Promise<void> {
  using end = (await ends.get()).end;
  await end.send(["answer", await end.recv()]);
}
task(import.meta, answerFromQueue);

/** Tells this program that it has the connection, and waits for what never comes. */
export async function keepTelling(end: Connection, has: Event): Promise<void> {
  has.set();
  await end.recv();
}
task(import.meta, keepTelling);

/** Says that it has the connection, and keeps it until it is killed. */
export async function keep(end: Connection): Promise<void> {
  await end.send("kept");
  await end.recv();
}
task(import.meta, keep);

/** Sends until that fails, and tells how. */
export async function sendUntilItFails(end: Connection): Promise<string> {
  try {
    for (;;) await end.sendBytes(new Uint8Array(10_000));
  } catch (error) {
    return (error as Error).message;
  }
}
task(import.meta, sendUntilItFails);
