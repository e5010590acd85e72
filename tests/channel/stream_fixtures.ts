/** What other children do with streams. */

import process from "node:process";
import v8 from "node:v8";
import vm from "node:vm";
import {
  type Connection,
  getContext,
  type Queue,
  type StartMethod,
  task,
  type Value,
} from "../../mod.ts";
import { pause } from "../fixtures.ts";

/** Gives what it is given. */
export function echo<T>(value: T): T {
  return value;
}
task(import.meta, echo);

export async function collect<T>(stream: ReadableStream<T>): Promise<T[]> {
  const chunks: T[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
task(import.meta, collect);

/** What a stream gives, and what it then fails of. */
export interface Failure {
  readonly chunks: unknown[];
  readonly reason: unknown;
}

export async function collectFailure(stream: ReadableStream<unknown>): Promise<Failure> {
  const chunks: unknown[] = [];
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error("The stream has ended");
      chunks.push(value);
    }
  } catch (reason) {
    return { chunks, reason };
  }
}
task(import.meta, collectFailure);

/** The class that an object is of, and whether its reader may say where bytes are to go. */
export function classOf(value: object): string {
  if (!(value instanceof ReadableStream)) return value.constructor.name;
  try {
    value.getReader({ mode: "byob" }).releaseLock();
    return "ReadableStream of bytes";
  } catch {
    return "ReadableStream"; // It is not one of bytes.
  }
}
task(import.meta, classOf);

/** Reads into views of these sizes, and gives what each of them got. */
export async function readInto(stream: ReadableStream, sizes: number[]): Promise<number[][]> {
  const reader = stream.getReader({ mode: "byob" });
  const parts: number[][] = [];
  for (const size of sizes) {
    const { value } = await reader.read(new Uint8Array(size));
    parts.push([...value ?? []]);
  }
  return parts;
}
task(import.meta, readInto);

/** The number of bytes of a stream, and their sum with their places. */
export async function digest(stream: ReadableStream<Uint8Array>): Promise<[number, number]> {
  let length = 0;
  let sum = 0;
  for await (const chunk of stream) {
    for (const byte of chunk) sum = (sum + byte * (length++ % 1009 + 1)) % 0x7fff_ffff;
  }
  return [length, sum];
}
task(import.meta, digest);

/** What this child keeps from one task to the next. */
let held: ReadableStreamDefaultReader<unknown> | WritableStreamDefaultWriter<unknown> | undefined;
const reader = () => held as ReadableStreamDefaultReader<unknown>;
const writer = () => held as WritableStreamDefaultWriter<unknown>;

export function hold(stream: ReadableStream<unknown> | WritableStream<unknown>): void {
  held = "getReader" in stream ? stream.getReader() : stream.getWriter();
}
task(import.meta, hold);

/** Reads so many chunks of what is held. */
export async function read(count: number): Promise<unknown[]> {
  const chunks: unknown[] = [];
  while (chunks.length < count) chunks.push((await reader().read()).value);
  return chunks;
}
task(import.meta, read);

/** Cancels what is held; gives what that throws. */
export function cancel(reason: unknown): Promise<unknown> {
  return failureOf(() => reader().cancel(reason));
}
task(import.meta, cancel);

/** Cancels what is held while a read waits; gives whether that read is done. */
export async function cancelWhileReading(reason: unknown): Promise<boolean> {
  const reading = reader().read();
  await pause(20);
  await reader().cancel(reason);
  return (await reading).done;
}
task(import.meta, cancelWhileReading);

/** What something throws, or is rejected with; `undefined` if it is not. */
export async function failureOf(action: () => unknown): Promise<unknown> {
  try {
    await action();
    return undefined;
  } catch (error) {
    return error ?? "nothing was thrown, and yet it was";
  }
}

/** Writes these chunks to what is held, one after the other; gives what that throws. */
export function write(...chunks: unknown[]): Promise<unknown> {
  return failureOf(async () => {
    for (const chunk of chunks) await writer().write(chunk);
  });
}
task(import.meta, write);

/** Writes what cannot travel to what is held. */
export function writeFunction(): Promise<unknown> {
  return write({ a: [() => {}] });
}
task(import.meta, writeFunction);

/** Writes without waiting; gives whether the stream has no room then. */
export function writeAhead(count: number): boolean {
  for (let i = 0; i < count; i++) writer().write(i).catch(() => {});
  return writer().desiredSize! <= 0;
}
task(import.meta, writeAhead);

export function close(): Promise<unknown> {
  return failureOf(() => writer().close());
}
task(import.meta, close);

export function abort(reason: unknown): Promise<unknown> {
  return failureOf(() => writer().abort(reason));
}
task(import.meta, abort);

/** Waits until what is held is closed, and gives what that is rejected with. */
export function closed(): Promise<unknown> {
  return failureOf(() => held!.closed);
}
task(import.meta, closed);

/** Lets go of what is held, and has it collected. Gives whether this runtime can be told to. */
export async function letGo(): Promise<boolean> {
  held = undefined;
  const collectGarbage = garbageCollector();
  if (collectGarbage === undefined) return false;
  for (let i = 0; i < 5; i++) {
    await pause(5);
    collectGarbage();
  }
  return true;
}
task(import.meta, letGo);

/** What collects garbage, where this runtime can be told to. */
export function garbageCollector(): (() => void) | undefined {
  const { Bun } = globalThis as { Bun?: { gc(force: boolean): void } };
  if (Bun !== undefined) return () => Bun.gc(true);
  if ("Deno" in globalThis) return undefined;
  v8.setFlagsFromString("--expose-gc");
  return vm.runInNewContext("gc");
}

/** Writes all that a stream gives, and closes. */
export async function copy(
  from: ReadableStream<unknown>,
  to: WritableStream<unknown>,
): Promise<void> {
  await from.pipeTo(to);
}
task(import.meta, copy);

/** A pair of streams. */
export interface Pair {
  readonly readable: ReadableStream<unknown>;
  readonly writable: WritableStream<unknown>;
}

/** Sends text back in capitals, until it ends. */
export async function shout({ readable, writable }: Pair): Promise<void> {
  const capitals = new TransformStream<string, Uint8Array>({
    transform: (text, out) => out.enqueue(new TextEncoder().encode(text.toUpperCase())),
  });
  const texts = new TextDecoderStream() as TransformStream<unknown, string>;
  await readable.pipeThrough(texts).pipeThrough(capitals).pipeTo(writable);
}
task(import.meta, shout);

/** What an object says of itself beside its streams, which it closes. */
export async function tell(value: Pair & Record<string, unknown>): Promise<unknown> {
  const { readable, writable, ...rest } = value;
  await Promise.all([readable.cancel(), writable.close()]);
  const isOrdinary = Object.getPrototypeOf(value) === Object.prototype;
  return [isOrdinary, readable.constructor.name, writable.constructor.name, rest];
}
task(import.meta, tell);

/** A stream of the numbers below `count`, which then ends, or fails. */
export function numbers(count: number, failure?: Error): ReadableStream<number> {
  let next = 0;
  return new ReadableStream({
    pull: (controller) => {
      if (next < count) controller.enqueue(next++);
      else if (failure !== undefined) controller.error(failure);
      else controller.close();
    },
  });
}
task(import.meta, numbers);

/** What the last sink of this child was told. */
let heard: unknown[] = [];

/** A sink that remembers what it is told. */
export function remember(): WritableStream<unknown> {
  heard = [];
  return new WritableStream({
    write: (chunk) => void heard.push(chunk),
    close: () => void heard.push("closed"),
    abort: (reason) => void heard.push(reason),
  });
}
task(import.meta, remember);

export function remembered(): unknown[] {
  return heard;
}
task(import.meta, remembered);

/** Puts a stream of so many numbers into a queue, and ends. */
export async function putNumbers(queue: Queue, count: number): Promise<void> {
  await queue.put({ stream: numbers(count) });
}
task(import.meta, putNumbers);

/** Puts the sum of what a queue's stream gives into another queue. */
export async function sumOf(from: Queue, to: Queue): Promise<void> {
  const { stream } = await from.get() as { stream: ReadableStream<number> };
  let sum = 0;
  for await (const n of stream) sum += n;
  await to.put(sum);
}
task(import.meta, sumOf);

/** Reads the stream of a queue until it fails, and puts what that was into another. */
export async function failInto(from: Queue, to: Queue): Promise<void> {
  const { stream } = await from.get() as { stream: ReadableStream };
  await to.put(await collectFailure(stream));
}
task(import.meta, failInto);

/** Sends a stream over a connection, and ends. */
export async function sendNumbers(end: Connection, count: number): Promise<void> {
  await end.send([numbers(count)]);
}
task(import.meta, sendNumbers);

/** Has a child of this child's own read a stream. */
export async function collectBelow<T>(
  method: StartMethod,
  stream: ReadableStream<T>,
): Promise<Awaited<T>[]> {
  await using pool = new (getContext(method).Pool)(1);
  return await pool.apply(collect<T>, [stream]) as Awaited<T>[];
}
task(import.meta, collectBelow);

/** Reads a stream for ever, and counts its chunks. */
export async function count(stream: ReadableStream<unknown>, counter: Value): Promise<void> {
  for await (const _ of stream) counter.value++;
}
task(import.meta, count);

/** Writes to a stream for ever. */
export async function writeForEver(stream: WritableStream<unknown>): Promise<void> {
  const writer = stream.getWriter();
  for (let i = 0;; i++) await writer.write(i);
}
task(import.meta, writeForEver);

/** Puts a stream without end into a queue, and a sink, and waits. */
export async function putEndless(queue: Queue): Promise<void> {
  let i = 0;
  const source = new ReadableStream({ pull: (controller) => controller.enqueue(i++) });
  await queue.put([source, new WritableStream()]);
  await new Promise(() => setInterval(() => {}, 1000));
}
task(import.meta, putEndless);

/** The processor's time that this child uses while it does nothing for a while, in milliseconds. */
export async function idleFor(milliseconds: number): Promise<number> {
  const before = process.cpuUsage();
  await pause(milliseconds);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
task(import.meta, idleFor);
