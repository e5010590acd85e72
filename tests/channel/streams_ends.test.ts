// @runs-on one: it takes long

import { it } from "@std/testing/bdd";
import { assertEquals, assertGreater, assertInstanceOf } from "@std/assert";
import { EOFError, getContext, type Process as AnyProcess } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod, linesOf, rounds } from "../harness.ts";
import * as f from "./stream_fixtures.ts";
import { settled } from "./settled.ts";

/** A source without end, and why it was cancelled. */
function endless(): { stream: ReadableStream<number>; cancelled: unknown[] } {
  const cancelled: unknown[] = [];
  let i = 0;
  const stream = new ReadableStream<number>({
    pull: (controller) => controller.enqueue(i++),
    cancel: (reason) => void cancelled.push(reason),
  });
  return { stream, cancelled };
}

/** Keeps the program alive for a promise; to wait for `closed` alone does not. */
async function awake<T>(promise: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, 1000);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}

/** Checks that it is so soon, and that one reason was given, which says that somebody is gone. */
async function assertLost(reasons: unknown[]): Promise<void> {
  assertEquals(await settled(() => reasons.length, 1), 1);
  assertInstanceOf(reasons[0], EOFError);
}

forEachMethod("A stream whose other child dies", (method) => {
  const { Process, Queue, Value } = getContext(method);

  const start = (target: (...args: never[]) => unknown, ...args: unknown[]): AnyProcess => {
    const child = new Process({ target, args });
    child.start();
    return child;
  };

  const kill = async (child: AnyProcess): Promise<void> => {
    child.kill();
    await child.join();
  };

  /** A child that gives a stream and a sink, and those. */
  const giver = async (): Promise<
    { child: AnyProcess; source: ReadableStream; sink: WritableStream }
  > => {
    const queue = new Queue<[ReadableStream, WritableStream]>();
    const child = start(f.putEndless, queue);
    const [source, sink] = await queue.get();
    queue[Symbol.dispose]();
    return { child, source, sink };
  };

  it("is cancelled where it was read", async () => {
    const { stream, cancelled } = endless();
    const counter = new Value("i", 0);
    const child = start(f.count, stream, counter);
    while (counter.value < 50) await pause(1);
    assertEquals(cancelled, []);
    await kill(child);
    await assertLost(cancelled);
    counter[Symbol.dispose]();
  });

  it("is aborted where it was written to", async () => {
    const aborted: unknown[] = [];
    let chunks = 0;
    const child = start(
      f.writeForEver,
      new WritableStream({
        write: () => void chunks++,
        abort: (reason) => void aborted.push(reason),
      }),
    );
    while (chunks < 20) await pause(1);
    await kill(child);
    await assertLost(aborted);
  });

  it("is aborted in the middle of a write", async () => {
    const aborted: unknown[] = [];
    const begun = Promise.withResolvers<void>();
    const child = start(
      f.writeForEver,
      new WritableStream({
        // It never ends by itself.
        write: (_, { signal }) => {
          begun.resolve();
          return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
        },
        abort: (reason) => void aborted.push(reason),
      }),
    );
    await begun.promise;
    await kill(child);
    await assertLost(aborted);
  });

  it("fails where it is read, after what had come", async () => {
    const { child, source, sink } = await giver();
    const reader = source.getReader();
    for (let i = 0; i < 30; i++) assertEquals((await reader.read()).value, i);
    await settled(() => 0);
    await kill(child);
    const { chunks, reason } = await failureOfReader(reader);
    // What was under way.
    assertEquals(chunks, Array.from({ length: chunks.length }, (_, i) => 30 + i));
    assertGreater(chunks.length, 0);
    await assertLost([reason]);
    await assertLost([await f.failureOf(() => sink.getWriter().write(1))]);
  });

  it("fails where it is written to: what waits, and by itself", async () => {
    const { child, source, sink } = await giver();
    const writer = sink.getWriter();
    for (let i = 0; i < 5; i++) await writer.write(i);
    const closed = f.failureOf(() => writer.closed);
    await kill(child);
    await assertLost([await awake(closed)]);
    await assertLost([await f.failureOf(() => writer.write(5))]);
    await source.cancel("there is nothing to cancel any more");
  });

  it("fails in a third child that reads it", async () => {
    const queue = new Queue();
    const child = start(f.putEndless, queue);
    const [source, sink] = await queue.get() as [ReadableStream, WritableStream];
    const [outer, results] = [new Queue(), new Queue<f.Failure>()];
    const reader = start(f.failInto, outer, results);
    await outer.put({ stream: source });
    await pause(50);
    await kill(child);
    const { reason } = await results.get();
    assertInstanceOf(reason, EOFError);
    await assertLost([await awake(f.failureOf(() => sink.getWriter().closed))]);
    await reader.join();
    for (const each of [queue, outer, results]) each[Symbol.dispose]();
  });

  it("is cancelled when that ended without a look at it", async () => {
    const { stream, cancelled } = endless();
    const child = start(f.echo, [stream]);
    await child.join();
    await assertLost(cancelled);
  });

  it("leaves nobody waiting, whenever that is", async () => {
    for (let i = 0; i < rounds(6); i++) {
      const { stream, cancelled } = endless();
      const aborted: unknown[] = [];
      const sink = new WritableStream({ abort: (reason) => void aborted.push(reason) });
      const child = start(f.copy, stream, sink);
      await pause(200 * Math.random());
      await kill(child);
      await assertLost(cancelled);
      await assertLost(aborted);
    }
  });
});

async function failureOfReader(reader: ReadableStreamDefaultReader): Promise<f.Failure> {
  const chunks: unknown[] = [];
  const reason = await f.failureOf(async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value);
    }
  });
  return { chunks, reason };
}

forEachMethod("A program with a stream", (method) => {
  const run = (what: string): Promise<string[]> =>
    linesOf(new URL("programs/streams.ts", import.meta.url), { args: [method, what] });

  for (
    const what of ["ignored by a task", "ignored result", "in a queue that nobody reads"] as const
  ) {
    it(`${what} ends by itself`, async () => {
      assertEquals(await run(what), ["main ends"]);
    });
  }

  it("that is read or written to goes on until that is over", async () => {
    assertEquals(await run("read from a task"), ["100", "main ends"]);
    const lines = await run("written by a task that nobody waits for");
    assertEquals(lines, ["100", "main ends"]);
  });

  it("of a child that has nothing else to do gets all of it", async () => {
    assertEquals(await run("read long after its child's function"), ["1000", "main ends"]);
  });
});
