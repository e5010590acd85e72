import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertLessOrEqual,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { getContext } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod } from "../harness.ts";
import { assertRefused, type Other, withOthers } from "../others.ts";
import * as f from "./stream_fixtures.ts";
import { settled } from "./settled.ts";

/** A stream of these chunks. */
function of(...chunks: unknown[]): ReadableStream<unknown> {
  return new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

/** A source without end that tells what is done with it. */
class Endless {
  pulls = 0;
  cancelled: unknown[] = [];
  readonly stream: ReadableStream<unknown>;

  constructor(chunk: (n: number) => unknown = (n) => n, cancel: () => unknown = () => {}) {
    this.stream = new ReadableStream({
      pull: (controller) => controller.enqueue(chunk(this.pulls++)),
      cancel: async (reason) => {
        this.cancelled.push(reason);
        await cancel();
      },
    }, { highWaterMark: 0 });
  }

  /** How often it was pulled, once that does not change any more. */
  settledPulls(): Promise<number> {
    return settled(() => this.pulls);
  }
}

forEachMethod("A ReadableStream", (method) => {
  const [one, two] = withOthers(method, 2) as [Other, Other];
  const { Pipe, Pool, Process, Queue, Lock } = getContext(method);

  it("gives in another child what it gives here: any value that can travel", async () => {
    const lock = new Lock();
    await lock.acquire();
    const cycle: Record<string, unknown> = { at: new Date(5) };
    cycle["self"] = cycle;
    const chunks = [0, -0, "", undefined, null, 7n, new Map([[1, { a: [1] }]]), cycle];
    const arrived = await one.do(f.collect, of(...chunks, lock));
    assertEquals(arrived.slice(0, -1), chunks);
    assertFalse((arrived.at(-1) as typeof lock).tryAcquire());
    lock[Symbol.dispose]();
  });

  it("gives bytes of any length, as a Uint8Array of its own", async () => {
    const large = new Uint8Array(5 * 1024 * 1024).fill(7);
    const part = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
    const back = await one.do(f.collect, of(part, new Uint8Array(0), large, Buffer.from("hi")));
    const [a, b, c, d] = back as Uint8Array[];
    assertEquals([a, b, d], [
      new Uint8Array([2, 3]),
      new Uint8Array(0),
      new Uint8Array([104, 105]),
    ]);
    assertEquals([c!.length, c!.every((byte) => byte === 7)], [large.length, true]);
    assertEquals([part.length, large.length], [2, 5 * 1024 * 1024]);
  });

  it("of bytes arrives as one: its reader says where they are to go", async () => {
    const make = () =>
      new ReadableStream({
        type: "bytes",
        start: (controller) => {
          controller.enqueue(new Uint8Array([1, 2, 3]));
          controller.enqueue(new Uint8Array([4]));
          controller.close();
          controller.byobRequest?.respond(0);
        },
      });
    assertEquals(await one.do(f.classOf, make()), "ReadableStream of bytes");
    assertEquals(await one.do(f.readInto, make(), [2, 2, 5, 1]), [[1, 2], [3], [4], []]);
    assertEquals((await one.do(f.collect, make())).flatMap((part) => [...part]), [1, 2, 3, 4]);
    assertEquals(await one.do(f.classOf, of(1)), "ReadableStream");
  });

  it("ends there when it ends here, also before it gives anything", async () => {
    assertEquals(await one.do(f.collect, of()), []);
    const closed = of();
    await closed.getReader().closed;
    await assertRefused(() => one.do(f.collect, closed), "locked");
  });

  it("is that of a body, a blob or a file", async () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "streams-")), "text");
    fs.writeFileSync(file, "abc".repeat(100_000));
    const web = () => Readable.toWeb(fs.createReadStream(file)) as unknown as ReadableStream;
    const expected = await f.digest(web());
    assertEquals(expected[0], 300_000);
    assertEquals(await one.do(f.digest, web()), expected);
    fs.rmSync(path.dirname(file), { recursive: true });
    const text = "täxt";
    const bytes = await f.digest(new Blob([text]).stream());
    assertEquals(bytes[0], 5);
    assertEquals(await one.do(f.digest, new Blob([text]).stream()), bytes);
    assertEquals(await one.do(f.digest, new Response(text).body!), bytes);
    const { body } = await fetch(`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`);
    assertEquals(await one.do(f.digest, body!), bytes);
  });

  it("is pulled only as it is read", async () => {
    const source = new Endless();
    await one.do(f.hold, source.stream);
    const unread = await source.settledPulls();
    assertLessOrEqual(unread, 17);
    assertEquals(await one.do(f.read, 100), Array.from({ length: 100 }, (_, i) => i));
    assertLessOrEqual(await source.settledPulls(), 100 + 17);
    assertEquals(await one.do(f.cancel, "enough"), undefined);
    assertEquals(source.cancelled, ["enough"]);
  });

  it("is pulled by its bytes where chunks are large", async () => {
    const source = new Endless(() => new Uint8Array(300_000));
    await one.do(f.hold, source.stream);
    // Three are under way, and one waits.
    assertLessOrEqual(await source.settledPulls(), 4);
    await one.do(f.read, 10);
    assertLessOrEqual(await source.settledPulls(), 14);
    await one.do(f.cancel, undefined);
    assertEquals(source.cancelled, [undefined]);
  });

  it("flows with chunks that are larger than all that may be under way", async () => {
    const source = new Endless((n) => new Uint8Array(3_000_000).fill(n));
    await one.do(f.hold, source.stream);
    assertLessOrEqual(await source.settledPulls(), 2);
    const chunks = await one.do(f.read, 4) as Uint8Array[];
    assertEquals(
      chunks.map((chunk) => [chunk.length, chunk[0]]),
      [0, 1, 2, 3].map((n) => [3e6, n]),
    );
    await one.do(f.cancel, undefined);
  });

  it("fails there of what it fails of here, after what it gave", async () => {
    const error = new RangeError("expected", { cause: { a: 1 } });
    const { chunks, reason } = await one.do(f.collectFailure, f.numbers(40, error));
    assertEquals(chunks.length, 40);
    assertInstanceOf(reason, RangeError);
    assertEquals([reason.message, reason.cause], ["expected", { a: 1 }]);
    for (const thrown of ["text", { code: 1 }, 0, undefined]) {
      const failed = new ReadableStream({ start: (controller) => controller.error(thrown) });
      assertEquals(await one.do(f.collectFailure, failed), { chunks: [], reason: thrown });
    }
  });

  it("fails of an error that cannot travel with the error that says so", async () => {
    const failed = new ReadableStream({ start: (controller) => controller.error(() => {}) });
    const { reason } = await one.do(f.collectFailure, failed);
    assertEquals((reason as Error).message, "value is a function that no module exports");
  });

  it("fails of a chunk that cannot travel, and is cancelled", async () => {
    const source = new Endless((n) => n < 3 ? n : { list: [1, () => {}] });
    const { chunks, reason } = await one.do(f.collectFailure, source.stream);
    assertEquals(chunks, [0, 1, 2]);
    assertEquals((reason as Error).name, "DataCloneError");
    assertStringIncludes(
      (reason as Error).message,
      "value.list[1] is a function that no module exports",
    );
    assertEquals(source.cancelled.map(String), [String(reason)]);
  });

  it("is cancelled here when it is cancelled there, with the reason", async () => {
    const error = new Endless();
    await one.do(f.hold, error.stream);
    await one.do(f.cancel, new TypeError("enough"));
    assertEquals(error.cancelled.map(String), ["TypeError: enough"]);
    for (const reason of ["text", { code: 3 }, undefined]) {
      const source = new Endless();
      await one.do(f.hold, source.stream);
      await one.do(f.read, 3);
      assertEquals(await one.do(f.cancel, reason), undefined);
      assertEquals(source.cancelled, [reason]);
      assertEquals(await one.do(f.closed), undefined);
    }
  });

  it("is cancelled while a read waits", async () => {
    const reasons: unknown[] = [];
    await one.do(f.hold, new ReadableStream({ cancel: (reason) => void reasons.push(reason) }));
    assert(await one.do(f.cancelWhileReading, "no more"));
    assertEquals(reasons, ["no more"]);
  });

  it("passes on what its cancel throws", async () => {
    const source = new Endless(undefined, () => Promise.reject(new SyntaxError("expected")));
    await one.do(f.hold, source.stream);
    const error = await one.do(f.cancel, 1);
    assertInstanceOf(error, SyntaxError);
    assertEquals([error.message, source.cancelled], ["expected", [1]]);
  });

  it("is locked here once it is sent, and then refused", async () => {
    const stream = of(1, 2);
    const collected = one.do(f.collect, stream);
    assert(stream.locked);
    await assertRefused(
      () => one.do(f.collect, stream),
      "args[0] is a ReadableStream that is locked",
    );
    await assertRefused(
      () => one.do(f.echo, { deep: [stream] }),
      "args[0].deep[0] is a ReadableStream that is locked",
    );
    assertEquals(await collected, [1, 2]);
  });

  it("is moved anyway: a list of what is to be moved may name it", async () => {
    await using pool = new Pool(1);
    const stream = of(1, 2);
    assertEquals(await pool.apply(f.collect, [stream], { transfer: [stream] }), [1, 2]);
    const { readable, writable } = new TransformStream();
    await assertRefused(
      () => pool.apply(f.collect, [readable], { transfer: [readable, writable, readable] }),
      "transfer[2] is listed twice",
    );
    assertFalse(readable.locked);
  });

  it("is one stream where a message holds it twice", async () => {
    const stream = of(1);
    const [a, b] = await one.do(f.echo<unknown[]>, [stream, stream]);
    assert(a === b);
    assertEquals(await f.collect(a as ReadableStream), [1]);
  });

  it("is as it was where something else in the message cannot travel", async () => {
    const stream = of(1, 2);
    await assertRefused(
      () => one.do(f.echo, [stream, () => {}]),
      "args[0][1] is a function that no module exports",
    );
    assertFalse(stream.locked);
    const queue = new Queue(1);
    await queue.put(0);
    await assertRejects(() => queue.put(stream, { block: false }));
    assertFalse(stream.locked);
    const [mine, theirs] = Pipe();
    await assertRefused(() => mine.send({ stream, no: Symbol() }), "value.no is a symbol");
    theirs.close();
    await assertRejects(() => mine.send(stream), Error, "the other end is closed");
    mine.close();
    assertFalse(stream.locked);
    queue[Symbol.dispose]();
    assertEquals(await one.do(f.collect, stream), [1, 2]);
  });

  it("goes on from where its reader left it", async () => {
    const stream = of(1, 2, 3);
    const reader = stream.getReader();
    await reader.read();
    reader.releaseLock();
    assertEquals(await one.do(f.collect, stream), [2, 3]);
  });

  it("has streams in its chunks", async () => {
    const sums = new ReadableStream<ReadableStream<number>>({
      start: (controller) => {
        for (const count of [3, 30, 300]) controller.enqueue(f.numbers(count));
        controller.close();
      },
    });
    const streams = await f.collect(await one.do(f.echo<typeof sums>, sums));
    const lengths = streams.map(async (stream) => (await f.collect(stream)).length);
    assertEquals(await Promise.all(lengths), [3, 30, 300]);
  });

  it("comes back as the result of a task", async () => {
    assertEquals(
      await f.collect(await one.do(f.numbers, 100)),
      Array.from({ length: 100 }, (_, i) => i),
    );
    const { chunks, reason } = await f.collectFailure(
      await one.do(f.numbers, 1, new RangeError("no")),
    );
    assertEquals(chunks, [0]);
    assertInstanceOf(reason, RangeError);
  });

  it("goes through two children", async () => {
    const there = await one.do(f.echo<ReadableStream>, f.numbers(300));
    assertEquals((await two.do(f.collect, there)).length, 300);
    const child = new Process({ target: f.collectBelow, args: [method, f.numbers(0)] });
    child.start();
    await child.join();
    assertEquals(child.exitCode, 0);
    const source = new Endless();
    const far = await two.do(
      f.echo<ReadableStream>,
      await one.do(f.echo<ReadableStream>, source.stream),
    );
    const reader = far.getReader();
    for (let i = 0; i < 50; i++) assertEquals((await reader.read()).value, i);
    await reader.cancel("enough");
    assertEquals(source.cancelled, ["enough"]);
  });

  it("is in an item of a queue, and in a message of a pipe", async () => {
    const [items, sums] = [new Queue(), new Queue<number>()];
    const consumer = new Process({ target: f.sumOf, args: [items, sums] });
    consumer.start();
    await items.put({ stream: f.numbers(1000) });
    assertEquals(await sums.get(), 499_500);
    await consumer.join();
    const [mine, theirs] = Pipe();
    const sender = new Process({ target: f.sendNumbers, args: [theirs, 1000] });
    sender.start();
    const [stream] = await mine.recv() as [ReadableStream<number>];
    assertEquals((await f.collect(stream)).length, 1000);
    await sender.join();
    for (const end of [mine, theirs]) end.close();
    for (const queue of [items, sums]) queue[Symbol.dispose]();
  });

  it("is delivered by a child that ends, however late it is read", async () => {
    for (const count of [5, 500]) {
      const queue = new Queue<{ stream: ReadableStream<number> }>();
      const child = new Process({ target: f.putNumbers, args: [queue, count] });
      child.start();
      // All that is unread has room for a few numbers; for many it has none, and the child stays.
      const ended = await child.join({ timeout: count === 5 ? 20_000 : 1000 });
      if (count === 5) assert(ended);
      const { stream } = await queue.get();
      await pause(30);
      assertEquals((await f.collect(stream)).length, count);
      await child.join();
      assertEquals(child.exitCode, 0);
      queue[Symbol.dispose]();
    }
  });

  it("carries 50 MB as they are", async () => {
    const chunks = 800;
    let next = 0;
    const stream = (): ReadableStream<Uint8Array> => {
      next = 0;
      return new ReadableStream({
        pull: (controller) => {
          if (next === chunks) return controller.close();
          controller.enqueue(new Uint8Array(65_536).fill(next++ % 251));
        },
      });
    };
    const expected = await f.digest(stream());
    assertEquals(expected[0], 65_536 * chunks);
    assertEquals(await one.do(f.digest, stream()), expected);
  });

  it("is one of many at once", async () => {
    const streams = Array.from({ length: 60 }, (_, i) => f.numbers(i * 3));
    const back = await one.do(f.echo<ReadableStream<number>[]>, streams);
    const counts = await Promise.all(back.map(async (stream) => (await f.collect(stream)).length));
    assertEquals(counts, streams.map((_, i) => i * 3));
  });

  it("is slow, but whole, while this thread is busy", async () => {
    const reading = one.do(f.collect, f.numbers(2000));
    for (let i = 0; i < 5; i++) {
      await pause(5);
      for (const end = performance.now() + 150; performance.now() < end;);
    }
    assertEquals((await reading).length, 2000);
  });

  it("is cancelled when it is let go of there", async () => {
    const source = new Endless();
    await one.do(f.hold, source.stream);
    if (!await one.do(f.letGo)) return; // This runtime collects garbage when it likes to.
    assertEquals(await settled(() => source.cancelled.length, 1), 1);
    assertStringIncludes(String(source.cancelled[0]), "Nobody is left to read");
  });
});
