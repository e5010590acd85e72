/** What a listener bears, and a program that connects, of those who do not know the key. */

import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import net from "node:net";
import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  AuthenticationError,
  connect,
  EOFError,
  getContext,
  Listener,
  type ListenerOptions,
  registerClass,
  TaskReferenceError,
  TimeoutError,
} from "../../mod.ts";
import { Encoder } from "../../src/codec/encoder.ts";
import { endOf } from "../../src/channel/connection.ts";
import { framed } from "../../src/channel/frames.ts";
import { noLeaks, rounds } from "../harness.ts";
import { Seals } from "../../src/channel/seal.ts";
import { until } from "../process/scratch.ts";
import { bytesMessage, Link, Stranger } from "./sockets.ts";

// The conversation, written down once more: who changes it must change its version.
const withKey = "nproc-multiprocessing/2+";
const withoutKey = "nproc-multiprocessing/2-";
const nonce = new Uint8Array(32).fill(5);
const greetingSize = withKey.length + nonce.length;
const bytes = (...parts: (string | Uint8Array)[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string))));

const proof = (
  key: string,
  role: string,
  listener: Uint8Array,
  connector: Uint8Array,
): Uint8Array =>
  new Uint8Array(
    createHmac("sha256", key).update(bytes(`${role}\0`, listener, connector)).digest(),
  );

/** A listener with a key whose failures are kept. */
class Guarded implements Disposable {
  readonly listener: Listener;
  readonly refusals: Error[] = [];

  constructor(options: ListenerOptions = {}) {
    this.listener = new Listener({
      address: "127.0.0.1:0",
      authKey: "right",
      onRefused: (error) => this.refusals.push(error),
      ...options,
    });
  }

  /** Checks that who knows the key is served. */
  async serves(): Promise<void> {
    const accepting = this.listener.accept({ timeout: 20_000 });
    using here = await connect(await this.listener.address, { authKey: "right" });
    using there = await accepting;
    await here.send("right");
    assertEquals(await there.recv(), "right");
  }

  /** The next failure. */
  async refusal(): Promise<Error> {
    await until(() => this.refusals.length > 0, "somebody is refused");
    return this.refusals.shift()!;
  }

  [Symbol.dispose](): void {
    this.listener.close();
  }
}

/** A message and its seal, as one frame. */
const framedWith = (message: Uint8Array, seal: Uint8Array): Uint8Array =>
  framed(bytes(message, seal));

const hello = bytes(withKey, nonce);
const hugeLength = new Uint8Array([255, 255, 255, 255]);

const garbage: Readonly<Record<string, Uint8Array>> = {
  "a request of HTTP": bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  "a hello of TLS": new Uint8Array([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]),
  "zeros": new Uint8Array(100_000),
  "a huge length": bytes(hugeLength, new Uint8Array(10)),
  "a message": framed(bytes("\0\u0001")),
  "what CPython says": bytes(new Uint8Array([0, 0, 0, 52]), "#CHALLENGE#{sha256}", nonce),
  "another version": bytes("nproc-multiprocessing/9+", nonce),
  "a greeting without a key": bytes(withoutKey, nonce),
  "a wrong proof": bytes(hello, new Uint8Array(32)),
  "a huge length for its proof": bytes(hello, hugeLength, new Uint8Array(100)),
  "messages for its proof": bytes(hello, framed(new Uint8Array(40)), framed(new Uint8Array(40))),
};

describe("A listener with a key", () => {
  noLeaks();

  for (const [name, said] of Object.entries(garbage)) {
    it(`drops who says ${name} at once, and serves others`, async () => {
      using guarded = new Guarded();
      using stranger = new Stranger(await guarded.listener.address);
      await stranger.say(said);
      assertInstanceOf(await guarded.refusal(), AuthenticationError);
      await guarded.serves();
      stranger.end();
      await stranger.dropped;
      // Its greeting and a refusal: nothing that has to do with the key.
      assert(stranger.heard <= greetingSize + 1, `it heard ${stranger.heard} bytes`);
    });
  }

  it("drops who says random bytes, at random places of the conversation", async () => {
    using guarded = new Guarded();
    const address = await guarded.listener.address;
    const chunk = fc.uint8Array({ minLength: 64, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(fc.nat(greetingSize), chunk, async (good, rest) => {
        using stranger = new Stranger(address);
        await stranger.say(hello.subarray(0, good), rest);
        assertInstanceOf(await guarded.refusal(), AuthenticationError);
      }),
      { numRuns: rounds(50) },
    );
    await guarded.serves();
  });

  it("drops who hangs up, after any byte of the conversation", async () => {
    using guarded = new Guarded();
    const address = await guarded.listener.address;
    const said = bytes(hello, new Uint8Array(31));
    for (let size = 0; size <= said.length; size += 1) {
      using stranger = new Stranger(address);
      await stranger.say(said.subarray(0, size));
      if (size % 2 === 0) stranger.end();
      else stranger[Symbol.dispose]();
      assertInstanceOf(await guarded.refusal(), EOFError);
    }
    await guarded.serves();
  });

  it("drops who says nothing, or half of it, after a time, and serves others meanwhile", async () => {
    using guarded = new Guarded({ handshakeTimeout: 500 });
    const address = await guarded.listener.address;
    const begun = performance.now();
    using silent = new Stranger(address);
    using half = new Stranger(address);
    await half.say(withKey);
    using almost = new Stranger(address);
    await almost.say(hello, new Uint8Array(31));
    // Each byte comes in time, the whole does not.
    using slow = new Stranger(address);
    const dripping = setInterval(() => void slow.say("n"), 600);
    await guarded.serves();
    assertEquals(guarded.refusals.length, 0);
    for (let i = 0; i < 4; i++) assertInstanceOf(await guarded.refusal(), AuthenticationError);
    clearInterval(dripping);
    const took = performance.now() - begun;
    assert(took >= 490, `dropped after ${took} ms`);
    for (const stranger of [silent, half, almost, slow]) stranger.end();
    await Promise.all([silent.dropped, half.dropped, almost.dropped, slow.dropped]);
    await guarded.serves();
  });

  it("drops the oldest of very many who say nothing", async () => {
    using guarded = new Guarded();
    const address = await guarded.listener.address;
    const strangers = [];
    try {
      for (let i = 0; i < 508; i++) {
        const stranger = new Stranger(address);
        strangers.push(stranger);
        await stranger.hear(greetingSize);
      }
      await until(() => guarded.refusals.length >= 8, "eight were dropped");
      await guarded.serves();
      assertEquals(guarded.refusals.length, 9);
    } finally {
      for (const stranger of strangers) stranger[Symbol.dispose]();
    }
  });

  it("does not take a proof that was given before", async () => {
    using guarded = new Guarded();
    const address = await guarded.listener.address;
    using honest = new Stranger(address);
    await honest.say(hello);
    const theirs = await honest.hear(greetingSize);
    const ours = proof("right", "connector", theirs, hello);
    await honest.say(ours);
    const answer = (await honest.hear(greetingSize + 33)).subarray(greetingSize);
    assertEquals(answer, bytes(new Uint8Array([1]), proof("right", "listener", theirs, hello)));
    (await guarded.listener.accept()).close();

    using replaying = new Stranger(address);
    await replaying.say(hello, ours);
    assertInstanceOf(await guarded.refusal(), AuthenticationError);
    // Nor one for the other role.
    using reflecting = new Stranger(address);
    await reflecting.say(hello);
    await reflecting.say(proof("right", "listener", await reflecting.hear(greetingSize), hello));
    assertInstanceOf(await guarded.refusal(), AuthenticationError);
  });
});

/** A listener that does something else. */
async function withImpostor(
  serve: (socket: net.Socket) => void,
  use: (address: string) => Promise<void>,
): Promise<void> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  try {
    await use(`127.0.0.1:${(server.address() as net.AddressInfo).port}`);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("connect() with a key", () => {
  noLeaks();
  const authKey = "right";

  it("refuses a listener that says something else, or hangs up", async () => {
    const answers = [
      ["HTTP/1.1 400 Bad Request\r\n\r\n", AuthenticationError],
      [bytes(withoutKey, nonce), AuthenticationError],
      [bytes(hello, new Uint8Array([0])), AuthenticationError],
      [bytes(hello, new Uint8Array([1]), new Uint8Array(32)), AuthenticationError],
      [hello.subarray(0, 20), EOFError],
      [hello, EOFError],
      ["", EOFError],
    ] as const;
    for (const [answer, Class] of answers) {
      await withImpostor((socket) => void socket.end(answer), async (address) => {
        await assertRejects(() => connect(address, { authKey }), Class, "Cannot connect as");
      });
    }
  });

  it("refuses a listener that says its own proof back", async () => {
    await withImpostor((socket) => {
      let heard = bytes();
      socket.on("data", (data: Uint8Array) => {
        heard = bytes(heard, data);
        if (heard.length === greetingSize) socket.write(heard);
        if (heard.length === greetingSize + 32) {
          socket.write(bytes(new Uint8Array([1]), heard.subarray(greetingSize)));
        }
      });
    }, async (address) => {
      const error = await assertRejects(() => connect(address, { authKey }), AuthenticationError);
      assert((error as Error).message.includes("did not prove"), (error as Error).message);
    });
  });

  it("gives up on a listener that says nothing", async () => {
    await withImpostor(() => {}, async (address) => {
      await assertRejects(() => connect(address, { authKey, timeout: 50 }), TimeoutError, "50 ms");
      const over = new AbortController();
      const connecting = connect(address, { authKey, signal: over.signal });
      setTimeout(() => over.abort(new RangeError("mine")), 20);
      await assertRejects(() => connecting, RangeError, "mine");
    });
  });
});

/** A class of a module that says that it was imported; the other side has not loaded it. */
const moduleThatTells = "data:text/javascript,globalThis.imported=(globalThis.imported??0)+1//";

/** A message that names a class of that module. */
function namingMessage(): Uint8Array {
  class Told {}
  registerClass({ url: moduleThatTells + "here" } as ImportMeta, Told);
  const encoder = new Encoder();
  encoder.writeUint(0);
  encoder.write(new Told(), "value");
  const message = Buffer.from(encoder.copy(0));
  const at = message.indexOf(moduleThatTells) + moduleThatTells.length;
  message.write("away", at);
  return new Uint8Array(message);
}

const imported = (): number => (globalThis as { imported?: number }).imported ?? 0;

describe("What a peer sends", () => {
  noLeaks();

  it("is not decoded before its proof, nothing is imported without one, and with one it is", async () => {
    const message = framed(namingMessage());
    using guarded = new Guarded();
    using early = new Stranger(await guarded.listener.address);
    await early.say(hello, message, message);
    assertInstanceOf(await guarded.refusal(), AuthenticationError);

    using open = new Listener({ address: "127.0.0.1:0" });
    using stranger = new Stranger(await open.address);
    await stranger.say(withoutKey, nonce, message, framed(bytesMessage(7)));
    using there = await open.accept();
    await assertRejects(() => there.recv(), TaskReferenceError, "nothing is imported");
    assertEquals(await there.recv(), new Uint8Array([7]));
    assertEquals(imported(), 0);

    using known = new Stranger(await guarded.listener.address);
    await known.say(hello);
    const theirs = await known.hear(greetingSize);
    await known.say(proof("right", "connector", theirs, hello));
    const keys = ["connector", "listener"].map((role) =>
      proof("right", `messages of the ${role}`, theirs, hello)
    );
    const naming = namingMessage();
    await known.say(framedWith(naming, new Seals(keys[0]!, keys[1]!).seal(naming)));
    using trusted = await guarded.listener.accept();
    await assertRejects(() => trusted.recv(), TaskReferenceError, "Cannot find class Told");
    assertEquals(imported(), 1);
  });

  it("cannot point into this program's memory", async () => {
    using link = await Link.make({ authKey: "key" });
    const { Lock, Pipe } = getContext("worker");
    using lock = new Lock();
    const ends = Pipe();
    for (const local of [lock, ends[0]]) {
      const encoder = new Encoder({ channel: "worker" });
      encoder.writeUint(0);
      encoder.write({ local }, "value");
      // As an honest program would never send it.
      await endOf(link.here).put(encoder.view(0));
      await assertRejects(() => link.there.recv(), Error, "which only children of this program");
      for (const hooks of encoder.takeHooks()) hooks.dropped();
    }
    for (const end of ends) end.close();
    await link.here.send("still there");
    assertEquals(await link.there.recv(), "still there");
  });

  it("takes no more memory than has come, whatever length it tells", async () => {
    using listener = new Listener({ address: "127.0.0.1:0" });
    const before = process.memoryUsage().rss;
    const strangers = [];
    for (let i = 0; i < 20; i++) {
      const stranger = new Stranger(await listener.address);
      strangers.push(stranger);
      const length = i % 2 === 0 ? hugeLength : new Uint8Array([3, 255, 255, 255]);
      await stranger.say(withoutKey, nonce, length, new Uint8Array(1000));
      using there = await listener.accept();
      if (i % 2 === 1) await assertRejects(() => there.recv({ timeout: 5 }), TimeoutError);
      else await assertRejects(() => there.recv(), Error, "limits.messageSize");
    }
    const grown = process.memoryUsage().rss - before;
    assert(grown < 500e6, `it took ${grown} bytes`);
    for (const stranger of strangers) stranger[Symbol.dispose]();
  });

  it("can end in the middle of a message, which is told, behind what came before", async () => {
    for (const size of [1, 3, 4, 5, 103]) {
      using listener = new Listener({ address: "127.0.0.1:0" });
      using stranger = new Stranger(await listener.address);
      const cut = framed(new Uint8Array(100)).subarray(0, size);
      await stranger.say(withoutKey, nonce, framed(bytesMessage(9)), cut);
      stranger.end();
      using there = await listener.accept();
      assertEquals(await there.recv(), new Uint8Array([9]));
      for (let i = 0; i < 2; i++) {
        const error = await assertRejects(() => there.recv(), Error, "in the middle of a message");
        assertEquals(error instanceof EOFError, false);
      }
    }
  });

  it("can be no value, which is told, and the next message is received", async () => {
    using listener = new Listener({ address: "127.0.0.1:0" });
    using stranger = new Stranger(await listener.address);
    await stranger.say(withoutKey, nonce, framed(new Uint8Array([0, 31, 255, 3])));
    await stranger.say(framed(new Uint8Array()), framed(bytesMessage(9)));
    using there = await listener.accept();
    for (let i = 0; i < 2; i++) await assertRejects(() => there.recv(), Error);
    assertEquals(await there.recv(), new Uint8Array([9]));
  });
});
