/**
 * What a hostile peer sends, whether it has proven a key or not: it runs nothing, and takes no more
 * than it may.
 */

import { Buffer } from "node:buffer";
import net from "node:net";
import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AuthenticationError,
  connect,
  type Connection,
  getContext,
  Listener,
  Manager,
  TaskReferenceError,
} from "../../mod.ts";
import { framed } from "../../src/channel/frames.ts";
import { encodeFailure } from "../../src/channel/message_format.ts";
import { Decoder } from "../../src/codec/decoder.ts";
import { Encoder } from "../../src/codec/encoder.ts";
import type { Origin } from "../../src/code/origin.ts";
import * as tag from "../../src/codec/tags.ts";
import { forEachMethod, noLeaks } from "../harness.ts";
import * as f from "./hostile_fixtures.ts";
import { bytesMessage, greeting, netOptions, proveKey, Stranger } from "./sockets.ts";

/** A peer that has said who it is, what its messages are sent as, and the connection to it. */
async function peerOf(
  listener: Listener,
  key?: string,
): Promise<[Stranger, Connection, (message: Uint8Array) => Uint8Array]> {
  const stranger = new Stranger(await listener.address);
  if (key === undefined) await stranger.say(greeting(false));
  const frame = key === undefined ? framed : await proveKey(stranger, key);
  return [stranger, await listener.accept(), frame];
}

/** Bytes of a message, part by part. */
class Message {
  readonly #encoder = new Encoder();

  constructor() {
    this.uint(0);
  }

  uint(value: number): this {
    this.#encoder.writeUint(value);
    return this;
  }

  raw(...bytes: number[]): this {
    this.#encoder.writeBytes(Uint8Array.from(bytes));
    return this;
  }

  repeat(count: number, bytes: readonly number[]): this {
    const all = new Uint8Array(count * bytes.length).map((_, i) => bytes[i % bytes.length]!);
    this.#encoder.writeBytes(all);
    return this;
  }

  value(value: unknown): this {
    this.#encoder.write(value, "value");
    return this;
  }

  kind(name: string, module = ""): this {
    return this.raw(tag.KIND).value(name).value(module);
  }

  /** An object of one property, whose value follows. */
  property(name: string): this {
    return this.raw(tag.OBJECT).uint(1).value(name);
  }

  /** An instance of a registered class, without properties. */
  instance(url: string, name: string): this {
    return this.raw(tag.INSTANCE).uint(0).value(url).value(name).uint(0).raw(tag.OBJECT).uint(0);
  }

  get bytes(): Uint8Array {
    return this.#encoder.copy(0);
  }
}

const module = (id: string): string =>
  `data:text/javascript,globalThis.hostile=(globalThis.hostile??0)+1//${id}`;

describe("A hostile peer", () => {
  noLeaks();

  it("has no bare name and no module of a scheme imported that this program does not use", async () => {
    using listener = new Listener({ address: "127.0.0.1:0", authKey: "key" });
    const [peer, there, frame] = await peerOf(listener, "key");
    for (const url of ["left-pad", "undefined", "./x.js", "javascript:1", "ftp://x/y", ""]) {
      await peer.say(frame(new Message().kind("unknown kind", url).value(1).bytes));
      await assertRejects(() => there.recv(), Error);
    }
    for (const url of ["left-pad", "gopher://x"]) {
      await peer.say(frame(new Message().instance(url, "X").bytes));
      await assertRejects(() => there.recv(), TaskReferenceError, "Cannot import");
    }
    await peer.say(frame(bytesMessage(1)));
    assertEquals(await there.recv(), new Uint8Array([1]));
    peer[Symbol.dispose]();
    there.close();
  });

  it("has nothing called when what it sends is awaited", async () => {
    using listener = new Listener({ address: "127.0.0.1:0" });
    const [peer, there] = await peerOf(listener);
    await peer.say(framed(new Message().property("then").value(f.notify).bytes));
    await assertRejects(() => there.recv(), Error, "named then");
    await peer.say(framed(new Message().value({ then: 1 }).bytes));
    assertEquals(await there.recv(), { then: 1 });
    assertEquals(f.called, []);
    peer[Symbol.dispose]();
    there.close();
  });

  it("has nothing of an error's class called", async () => {
    using listener = new Listener({ address: "127.0.0.1:0" });
    const [peer, there] = await peerOf(listener);
    const error = new Message().raw(tag.ERROR, 0, 1 + 2).uint(0).value(f.moduleURL).value("Watched")
      .uint(0).value("given").raw(tag.END).value("watched").value(1).raw(tag.END);
    await peer.say(framed(error.bytes));
    const came = await there.recv() as f.Watched;
    assertEquals([came instanceof f.Watched, f.called], [true, []]);
    assertEquals(Object.getOwnPropertyDescriptor(came, "watched")!.value, 1);
    assertEquals(came.stack, "given");
    peer[Symbol.dispose]();
    there.close();
  });

  it("has nothing mapped, and nobody connected to, without a key", async () => {
    using listener = new Listener({ address: "127.0.0.1:0" });
    const [peer, there] = await peerOf(listener);
    await peer.say(framed(new Message().kind("SharedMemory").value(["machine", "x"]).bytes));
    await assertRejects(() => there.recv(), Error, "proven an authKey");
    const route = { id: "x", memory: undefined, socket: { address: await listener.address } };
    const lent = new Message().kind("ManagedObject").value(["lent", route, 1, "list"]);
    await peer.say(framed(lent.bytes));
    await assertRejects(() => there.recv(), Error, "has not connected to");
    await assertRejects(() => listener.accept({ timeout: 50 }), Error, "nobody connected");
    peer[Symbol.dispose]();
    there.close();
  });

  it("ends no loop by a failure that it tells", async () => {
    using listener = new Listener({ address: "127.0.0.1:0" });
    const [peer, there] = await peerOf(listener);
    await peer.say(framed(encodeFailure(new RangeError("forged"))), framed(bytesMessage(2)));
    await assertRejects(() => there.recv(), Error, "only this program can");
    assertEquals(await there.recv(), new Uint8Array([2]));
    peer[Symbol.dispose]();
    there.close();
  });

  it("is not taken for who knows the key with a zero behind it, or another half of a pair", async () => {
    for (
      const [key, other] of [
        ["key", "key\0"],
        ["key\0", "key"],
        ["key\0", "key\0\0"],
        ["key\ud800", "key\udfff"],
        ["key\ud800", "key\ufffd"],
        ["\ud800key", "\udc00key"],
      ] as const
    ) {
      using listener = new Listener({ address: "127.0.0.1:0", authKey: key });
      const address = await listener.address;
      await assertRejects(() => connect(address, { authKey: other }), AuthenticationError);
      const accepted = listener.accept();
      using _ = await connect(address, { authKey: key });
      (await accepted).close();
    }
  });

  it("does not know the key that its owner has overwritten with zeros since", async () => {
    const secret = Buffer.from("a secret of many bytes");
    const same = new Uint8Array(secret);
    const zeros = new Uint8Array(secret.length);
    using listener = new Listener({ address: "127.0.0.1:0", authKey: secret });
    await using manager = new Manager({ address: "127.0.0.1:0", authKey: secret });
    const address = await listener.address;
    const given = Buffer.from(secret);
    const accepted = listener.accept();
    const connecting = connect(address, { authKey: given });
    given.fill(0);
    using _ = await connecting;
    (await accepted).close();
    secret.fill(0);
    await assertRejects(() => connect(address, { authKey: zeros }), AuthenticationError);
    const managers = await manager.address;
    await assertRejects(() => Manager.connect(managers, { authKey: zeros }), AuthenticationError);
    await using there = await Manager.connect(managers, { authKey: same });
    assertEquals(await there.list([1]).length(), 1);
  });
});

forEachMethod("A connection that was given to a child", (method) => {
  it("is still another program's: nothing is imported, and no memory pointed into", async () => {
    using listener = new Listener({ address: "127.0.0.1:0" });
    const [peer, there] = await peerOf(listener);
    const child = new (getContext(method).Process)({ target: f.receive, args: [there] });
    child.start();
    const lock = new Message().kind("Lock").value([method, 8192, 1, undefined, undefined]);
    await peer.say(
      framed(new Message().instance(module(method), "X").bytes),
      framed(lock.bytes),
      framed(encodeFailure(new RangeError("forged"))),
      // The same number, in more bytes than it needs.
      framed(Uint8Array.of(0x82, 0, ...encodeFailure(new RangeError("forged")).subarray(1))),
    );
    const hello = greeting(false).length;
    const answers: string[] = [];
    const decoder = async (): Promise<void> => {
      let at = hello;
      for (let i = 0; i < 4; i++) {
        const head = (await peer.hear(at + 4)).subarray(at);
        const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
        const message = (await peer.hear(at + 4 + length)).subarray(at + 4);
        const value = new Decoder(message.slice());
        value.readUint();
        answers.push(value.read() as string);
        at += 4 + length;
      }
    };
    await decoder();
    assertEquals(answers, ["TaskReferenceError 0", "Error 0", "Error 0", "Error 0"]);
    await child.join();
    peer[Symbol.dispose]();
  });
});

describe("What a message of another program takes", () => {
  const decode = (message: Message, origin: Origin = "stranger"): unknown => {
    const decoder = new Decoder(message.bytes, [], origin);
    decoder.readUint();
    return decoder.read();
  };

  it("is no description that is not of its kind", () => {
    const hole = (length: number): Message =>
      new Message().kind("SharedMemory").raw(tag.ARRAY).uint(length).raw(tag.REST, tag.END);
    assertThrows(() => decode(hole(2 ** 32 - 1), "proven"), Error, "that is none");
    for (const wrong of [1, null, [], ["machine"], ["machine", 5], ["machine", "x", 1], {}]) {
      assertThrows(() => decode(new Message().kind("SharedMemory").value(wrong), "proven"), Error);
    }
    for (const wrong of [[1, 2], ["f", "f", "v8", {}], ["f", "f", "v8", [1]], undefined]) {
      assertThrows(() => decode(new Message().kind("function").value(wrong)), Error, "is none");
      assertThrows(() => decode(new Message().kind("task").value(wrong)), Error, "is none");
    }
  });

  it("is nothing of a kind that stays where it was made", () => {
    for (const kind of ["Listener", "Manager", "Pool", "Process", "WebAssembly.Module"]) {
      for (const wrong of [[], {}, undefined, [1]]) {
        assertThrows(() => decode(new Message().kind(kind).value(wrong)), Error, "that is none");
      }
    }
  });

  it("is no pattern that an engine would be at for long, unless who wrote it may run code anyway", () => {
    const long = new Message().value(new RegExp("a".repeat(4097)));
    for (const origin of ["stranger", "restricted"] as const) {
      assertThrows(() => decode(long, origin), Error, "more than 4096 characters");
      const usual = new Message().value(new RegExp("a".repeat(4096)));
      assertEquals((decode(usual, origin) as RegExp).source.length, 4096);
    }
    assertEquals((decode(long, "proven") as RegExp).source.length, 4097);
  });

  it("is no more names of properties than it has bytes", () => {
    for (const names of ['["abc"]', '[["a","b"]]', "[null]", '[{"a":0},"abc"]', "{}", "1"]) {
      const message = new Message().raw(tag.WIDE_OBJECT).value(names).raw(1, 1, 1, 1);
      assertThrows(() => decode(message), Error, "lacks the names");
    }
  });

  it("is little more memory than it has bytes, for arrays of holes", () => {
    const message = new Message().raw(tag.ARRAY).uint(20_000);
    for (let i = 0; i < 20_000; i++) {
      message.raw(tag.ARRAY).uint(4_000).raw(tag.REST, tag.END);
    }
    const before = process.memoryUsage();
    const value = decode(message) as unknown[][];
    const { heapUsed, rss } = process.memoryUsage();
    assertEquals([value.length, value[7]!.length, 5 in value[7]!], [20_000, 4_000, false]);
    // 640 MB if each hole had its place.
    assert(heapUsed - before.heapUsed < 100e6, `${heapUsed - before.heapUsed} bytes`);
    assert(rss - before.rss < 200e6, `${rss - before.rss} bytes`);
  });

  it("is a small multiple of its bytes, whatever objects it has", () => {
    const many = (count: number, ...object: number[]): Message =>
      new Message().raw(tag.ARRAY).uint(count).repeat(count, object);
    const short: number[][] = [
      [tag.ERROR, 0, 0, tag.END, tag.END],
      [tag.MAP, 0],
      [tag.SET, 0],
      [tag.BUFFER, 0],
      [tag.WHOLE_VIEW, 2, 0],
      [tag.ARRAY, 0xff, 0xff, 0x7f, tag.REST, tag.END],
    ];
    for (const object of short) {
      const message = many(400_000, ...object);
      assertThrows(() => decode(message), Error, "more objects than its size");
    }
    const maps = many(400_000, tag.MAP, 0);
    assertThrows(() => decode(maps, "restricted"), Error, "more objects than its size");
    // Who may run code takes what it likes anyway.
    assertEquals((decode(maps, "proven") as unknown[]).length, 400_000);
    const records = many(400_000, tag.OBJECT, 1, tag.SHORT_ASCII | 1, 97, tag.SMALL_INT);
    assertEquals((decode(records) as unknown[]).length, 400_000);
    const usual = Array.from({ length: 5_000 }, (_, i) => new Map([[i, new Error(`${i}`)]]));
    assertEquals((decode(new Message().value(usual)) as unknown[]).length, 5_000);
  });

  it("is no more room for buffers that can grow than its size allows", () => {
    const grow = (count: number, most: number): Message => {
      const message = new Message().raw(tag.ARRAY).uint(count);
      // Each begins at a word.
      for (let i = 0; i < count; i++) message.value(new ArrayBuffer(0, { maxByteLength: most }));
      return message;
    };
    assertEquals((decode(grow(3, 1000)) as ArrayBuffer[])[2]!.maxByteLength, 1000);
    assertThrows(() => decode(grow(3000, 1000)), Error, "could grow");
    assertThrows(() => decode(grow(1, 1e9)), Error, "could grow");
    assertEquals((decode(grow(3000, 1000), "program") as unknown[]).length, 3000);
  });
});

describe("A listener's limits", () => {
  noLeaks();

  it("are checked", () => {
    for (const limits of [{ messageSize: 0 }, { connections: 1.5 }, { requests: -1 }]) {
      assertThrows(() => new Listener({ limits }), RangeError, Object.keys(limits)[0]!);
    }
    for (const limits of [5, { messageSize: "1" }, { handshakeTimeout: "1" }]) {
      assertThrows(() => new Listener({ limits } as never), TypeError);
    }
  });

  it("end the connection of who sends a longer message", async () => {
    using listener = new Listener({ address: "127.0.0.1:0", limits: { messageSize: 1000 } });
    const accepted = listener.accept();
    using here = await connect(await listener.address);
    using there = await accepted;
    await here.sendBytes(new Uint8Array(900));
    assertEquals((await there.recvBytes()).length, 900);
    await here.sendBytes(new Uint8Array(1000));
    await assertRejects(() => there.recvBytes(), Error, "1000 bytes that limits.messageSize");
  });

  it("keep a message that is too long for its receiver from being read", async () => {
    using listener = new Listener({ address: "127.0.0.1:0" });
    const [peer, there] = await peerOf(listener);
    await peer.say(new Uint8Array([3, 0, 0, 0]), new Uint8Array([1]));
    await assertRejects(() => there.recvBytes({ maxLength: 1000 }), Error, "longer than maxLength");
    peer[Symbol.dispose]();
    there.close();
  });

  it("let a long message wait at its sender while nobody receives", async () => {
    using listener = new Listener({ address: "127.0.0.1:0" });
    const [peer, there] = await peerOf(listener);
    const message = framed(new Uint8Array(20_000_000));
    let isSent = false;
    const sent = peer.say(message).then(() => isSent = true);
    await assertRejects(() => listener.accept({ timeout: 500 }), Error, "nobody connected");
    assertEquals(isSent, false);
    // Its first byte tells a value, its second that it is undefined.
    assertEquals(await there.recv(), undefined);
    await sent;
    peer[Symbol.dispose]();
    there.close();
  });

  it("close connections beyond them, and those first that say nothing", async () => {
    const limits = { connections: 5, handshakeTimeout: 60_000 };
    using listener = new Listener({ address: "127.0.0.1:0", limits });
    const address = await listener.address;
    const silent = Array.from({ length: 20 }, () => new Stranger(address));
    const open: Connection[] = [];
    for (let i = 0; i < 5; i++) {
      const accepted = listener.accept();
      open.push(await connect(address), await accepted);
    }
    await Promise.all(silent.map((stranger) => stranger.dropped));
    const beyond = net.connect(netOptions(address));
    beyond.on("error", () => {});
    await new Promise((resolve) => beyond.once("close", resolve).resume());
    for (const each of open.splice(0, 2)) each.close();
    const again = listener.accept();
    const connected = open.length + 1;
    while (open.length < connected) {
      // The room is there as soon as the system has no more of those that were closed.
      const made = await connect(address).catch(() => undefined);
      if (made !== undefined) open.push(made);
    }
    open.push(await again);
    for (const each of open) each.close();
  });
});
