import { Buffer } from "node:buffer";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { Duplex } from "node:stream";
import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import { registerClass } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod, runtime } from "../harness.ts";
import { assertRefused, type Other, withOthers } from "../others.ts";
import * as f from "./stream_fixtures.ts";
import { settled } from "./settled.ts";

/** A sink that tells what is done with it, and does as it is told. */
class Sink {
  readonly heard: unknown[] = [];
  /** What a write waits for. */
  gate: Promise<void> | undefined;
  /** What each of these is to fail of. */
  readonly failures: { write?: unknown; close?: unknown; abort?: unknown } = {};
  controller!: WritableStreamDefaultController;
  readonly stream: WritableStream<unknown>;

  constructor() {
    this.stream = new WritableStream({
      start: (controller) => void (this.controller = controller),
      write: async (chunk) => {
        this.heard.push(chunk);
        await this.gate;
        this.#do("write");
      },
      close: () => {
        this.heard.push("closed");
        this.#do("close");
      },
      abort: (reason) => {
        this.heard.push(["aborted", reason]);
        this.#do("abort");
      },
    });
  }

  #do(what: "write" | "close" | "abort"): void {
    if (this.failures[what] !== undefined) throw this.failures[what];
  }
}

/** An object of a class that holds both. */
class Both {
  readonly readable: ReadableStream<unknown>;
  readonly writable: WritableStream<unknown>;
  readonly name = "both";

  constructor({ readable, writable }: f.Pair) {
    this.readable = readable;
    this.writable = writable;
  }
}

/** The same, of a class that keeps its class. */
class Registered extends Both {}
registerClass(import.meta, Registered);

/** A pair that takes what `texts` gives, and gives what goes into `taken`. */
const pairOf = (text: string, taken: unknown[]): f.Pair => ({
  readable: new Response(text).body!,
  writable: new WritableStream({ write: (chunk) => void taken.push(chunk) }),
});

const textOf = (chunks: unknown[]): string => Buffer.concat(chunks as Uint8Array[]).toString();

forEachMethod("A WritableStream", (method) => {
  const [one, two] = withOthers(method, 2) as [Other, Other];

  it("takes here what is written there, and is closed", async () => {
    const sink = new Sink();
    await one.do(f.hold, sink.stream);
    const chunks = [1, "two", { three: new Map([[3, 3]]) }, undefined, new Uint8Array([4])];
    assertEquals(await one.do(f.write, ...chunks), undefined);
    assertEquals(sink.heard, chunks);
    assertEquals(await one.do(f.close), undefined);
    assertEquals(sink.heard, [...chunks, "closed"]);
    assertEquals(await one.do(f.closed), undefined);
    await assertRefused(() => one.do(f.hold, sink.stream), "args[0]", "WritableStream", "locked");
  });

  it("has a write done there when it is done here, and no sooner", async () => {
    const sink = new Sink();
    await one.do(f.hold, sink.stream);
    const gate = Promise.withResolvers<void>();
    sink.gate = gate.promise;
    let isDone = false;
    const writing = one.do(f.write, 1, 2).then((error) => {
      isDone = true;
      assertEquals(error, undefined);
    });
    assertEquals(await settled(() => sink.heard.length), 1);
    assertFalse(isDone);
    gate.resolve();
    await writing;
    assertEquals(sink.heard, [1, 2]);
    await one.do(f.close);
  });

  it("has no room there while a write is not done here", async () => {
    const sink = new Sink();
    const gate = Promise.withResolvers<void>();
    sink.gate = gate.promise;
    await one.do(f.hold, sink.stream);
    assert(await one.do(f.writeAhead, 20));
    assertEquals(await settled(() => sink.heard.length), 1);
    gate.resolve();
    assertEquals(await one.do(f.close), undefined);
    assertEquals(sink.heard, [...Array.from({ length: 20 }, (_, i) => i), "closed"]);
  });

  it("fails there of what a write fails of here, and of that ever after", async () => {
    const sink = new Sink();
    sink.failures.write = new RangeError("expected", { cause: 5 });
    await one.do(f.hold, sink.stream);
    for (
      const failing of [() => one.do(f.write, 1), () => one.do(f.closed), () => one.do(f.write, 2)]
    ) {
      const error = await failing();
      assertInstanceOf(error, RangeError);
      assertEquals([error.message, error.cause], ["expected", 5]);
    }
    assertEquals(sink.heard, [1]);
  });

  it("fails there when it fails here by itself", async () => {
    const sink = new Sink();
    await one.do(f.hold, sink.stream);
    await one.do(f.write, 1);
    const closed = one.do(f.closed);
    sink.controller.error(new SyntaxError("expected"));
    assertInstanceOf(await closed, SyntaxError);
    assertEquals(sink.heard, [1]);
  });

  it("fails there where it had failed before it was sent", async () => {
    const sink = new Sink();
    sink.controller.error("failed long ago");
    await one.do(f.hold, sink.stream);
    assertEquals(await one.do(f.closed), "failed long ago");
  });

  it("fails there of what its close fails of here", async () => {
    const sink = new Sink();
    sink.failures.close = new SyntaxError("expected");
    await one.do(f.hold, sink.stream);
    assertInstanceOf(await one.do(f.close), SyntaxError);
    assertEquals(sink.heard, ["closed"]);
  });

  it("is aborted here when it is aborted there, with the reason", async () => {
    for (const reason of ["text", { code: 1 }, undefined]) {
      const sink = new Sink();
      await one.do(f.hold, sink.stream);
      await one.do(f.write, 1);
      assertEquals(await one.do(f.abort, reason), undefined);
      assertEquals(sink.heard, [1, ["aborted", reason]]);
      assertEquals(await one.do(f.closed), reason ?? "nothing was thrown, and yet it was");
    }
  });

  it("passes on what its abort throws", async () => {
    const sink = new Sink();
    sink.failures.abort = new RangeError("expected");
    await one.do(f.hold, sink.stream);
    const error = await one.do(f.abort, "why");
    assertInstanceOf(error, RangeError);
    assertEquals([error.message, sink.heard], ["expected", [["aborted", "why"]]]);
  });

  it("is told of an abort at once, also in the middle of a write", async () => {
    const sink = new Sink();
    await one.do(f.hold, sink.stream);
    // The write ends only because of the abort.
    const { signal } = sink.controller;
    sink.gate = new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
    await one.do(f.writeAhead, 3);
    assertEquals(await settled(() => sink.heard.length, 1), 1);
    assertEquals(await one.do(f.abort, "now"), undefined);
    assertEquals([signal.reason, sink.heard], ["now", [0, ["aborted", "now"]]]);
  });

  it("refuses a chunk that cannot travel, and is aborted", async () => {
    const sink = new Sink();
    await one.do(f.hold, sink.stream);
    const error = await one.do(f.writeFunction);
    assertInstanceOf(error, DOMException);
    assertStringIncludes(error.message, "value.a[0] is a function");
    assertEquals(await settled(() => sink.heard.length, 1), 1);
    assertStringIncludes(String(sink.heard[0]), "value.a[0] is a function");
  });

  it("is as it was where something else in the message cannot travel", async () => {
    const sink = new Sink();
    await assertRefused(() => one.do(f.echo, [sink.stream, () => {}]), "args[0][1] is a function");
    assertFalse(sink.stream.locked);
    await one.do(f.hold, sink.stream);
    await one.do(f.write, 1);
    await one.do(f.close);
    assertEquals(sink.heard, [1, "closed"]);
  });

  it("comes back as the result of a task, and goes on to another child", async () => {
    const sink = await one.do(f.remember);
    assertEquals(await two.do(f.copy, f.numbers(20), sink), undefined);
    const expected = [...Array.from({ length: 20 }, (_, i) => i), "closed"];
    assertEquals(await one.do(f.remembered), expected);
    const own = new Sink();
    await two.do(f.hold, await one.do(f.echo<WritableStream>, own.stream));
    await two.do(f.write, 1);
    await two.do(f.abort, "why");
    assertEquals(own.heard, [1, ["aborted", "why"]]);
  });

  it("is aborted when it is let go of there", async () => {
    const sink = new Sink();
    await one.do(f.hold, sink.stream);
    await one.do(f.write, 1);
    if (!await one.do(f.letGo)) return; // This runtime collects garbage when it likes to.
    assertEquals(await settled(() => sink.heard.length, 2), 2);
    assertStringIncludes(String(sink.heard[1]), "Nobody is left to write");
  });
});

forEachMethod("A pair of streams", (method) => {
  const [one] = withOthers(method, 1) as [Other];

  it("travels as an ordinary object, or one of any class", async () => {
    for (const make of [(pair: f.Pair) => pair, (pair: f.Pair) => new Both(pair)]) {
      const taken: unknown[] = [];
      await one.do(f.shout, make(pairOf("hello", taken)));
      assertEquals(textOf(taken), "HELLO");
    }
    const both = new Both(pairOf("", []));
    const [isOrdinary, readable, writable, rest] = await one.do(f.tell, both as never) as unknown[];
    assertEquals([isOrdinary, readable, writable], [true, "ReadableStream", "WritableStream"]);
    assertEquals(rest, { name: "both" });
  });

  it("keeps a class that was registered", async () => {
    const back = await one.do(f.echo<Registered>, new Registered(pairOf("hello", [])));
    assertInstanceOf(back, Registered);
    assertEquals(textOf(await f.collect(back.readable)), "hello");
    await back.writable.close();
  });

  it("is what a TransformStream is", async () => {
    const capitals = new TransformStream<string, string>({
      transform: (text, out) => out.enqueue(text.toUpperCase()),
    });
    const { readable, writable } = await one.do(f.echo<f.Pair>, capitals);
    const writer = writable.getWriter();
    const reading = f.collect(readable);
    await writer.write("a");
    await writer.write("b");
    await writer.close();
    assertEquals(await reading, ["A", "B"]);
  });

  it("is refused with the path to the one that is locked, and then leaves the other", async () => {
    const pair = new Both(pairOf("hello", []));
    const writer = pair.writable.getWriter();
    await assertRefused(
      () => one.do(f.echo, [pair]),
      "args[0][0].writable is a WritableStream that is locked",
    );
    assertFalse(pair.readable.locked);
    writer.releaseLock();
    await one.do(f.shout, pair);
  });

  it("is a connection over TCP", async () => {
    const server = net.createServer({ allowHalfOpen: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
    const [socket] = await once(server, "connection") as [net.Socket];
    const shouting = one.do(f.shout, Duplex.toWeb(socket) as unknown as f.Pair);
    const parts: Uint8Array[] = [];
    client.on("data", (part) => parts.push(part as Uint8Array));
    client.write("hello, ");
    await settled(() => parts.length, 1);
    assertEquals(textOf(parts), "HELLO, ");
    client.end("world");
    await Promise.all([shouting, once(client, "close")]);
    assertEquals(textOf(parts), "HELLO, WORLD");
    server.close();
    await once(server, "close");
  });

  it("is a connection or a file of Deno, with its addresses", async () => {
    if (runtime !== "deno") return;
    const { Deno } = globalThis as unknown as { Deno: typeof globalThis.Deno };
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepting = listener.accept();
    using client = await Deno.connect({ port: listener.addr.port, hostname: "127.0.0.1" });
    const conn = await accepting;
    const remote = { ...conn.remoteAddr };
    assertEquals(remote, { ...client.localAddr });
    const there = await one.do(f.echo<f.Pair & Deno.Conn>, conn as never);
    assertEquals([{ ...there.remoteAddr }, there.localAddr], [remote, { ...listener.addr }]);
    const shouting = one.do(f.shout, there);
    await client.write(new TextEncoder().encode("hello"));
    const bytes = new Uint8Array(16);
    assertEquals(await client.read(bytes), 5);
    assertEquals(new TextDecoder().decode(bytes.subarray(0, 5)), "HELLO");
    await client.closeWrite();
    await shouting;
    assertEquals(await client.read(bytes), null);
  });

  it("waits for nothing while nothing happens", async () => {
    const sinks = Array.from({ length: 20 }, () => new Sink());
    const sources = sinks.map(() => new ReadableStream());
    const kept = await one.do(f.echo<unknown[]>, [sinks.map(({ stream }) => stream), sources]);
    await pause(300);
    const [here, there] = await Promise.all([f.idleFor(1500), one.do(f.idleFor, 1500)]);
    // Of 1500 ms; 40 streams look 20 times a second whether the other side lives. On a busy machine
    // each look costs more.
    assertLess(here, 300);
    assertLess(there, 300);
    const [writables, readables] = kept as [WritableStream[], ReadableStream[]];
    await Promise.all(writables.map((stream) => stream.close()));
    await Promise.all(readables.map((stream) => stream.cancel()));
    assert(sinks.every(({ heard }) => heard[0] === "closed"));
  });
});
