import fs from "node:fs";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { delay } from "@std/async";
import fc from "fast-check";
import {
  AuthenticationError,
  BufferTooShort,
  connect,
  type Connection,
  EOFError,
  getContext,
  Listener,
  Lock,
  TimeoutError,
  wait,
} from "../../mod.ts";
import { framed, FrameReader } from "../../src/channel/frames.ts";
import { formatAddress, parseAddress } from "../../src/channel/address.ts";
import { assertSame } from "../codec/same.ts";
import { anything } from "../codec/arbitraries.ts";
import { noLeaks, rounds } from "../harness.ts";
import { Link, transports } from "./sockets.ts";

for (const [name, place] of Object.entries(transports)) {
  for (const authKey of [undefined, "a key", new Uint8Array([0, 1, 255])]) {
    const key = authKey === undefined ? "without a key" : `with a key (${typeof authKey})`;
    describe(`A connection over ${name} ${key}`, () => {
      noLeaks();

      it("carries values and bytes, both ways, in order", async () => {
        using target = place();
        using link = await Link.make({ address: target.address, authKey });
        const { here, there } = link;
        for (const [a, b] of [[here, there], [there, here]] as const) {
          const sent = Array.from({ length: 500 }, (_, i) => i % 3 === 0 ? { i } : "x".repeat(i));
          const sends = sent.map((each) => a.send(each));
          const got = [];
          for (let i = 0; i < sent.length; i++) got.push(await b.recv());
          assertEquals(got, sent);
          await Promise.all(sends);
        }
        await here.sendBytes(new Uint8Array([1, 2, 3, 4]), 1, 2);
        assertEquals(await there.recvBytes(), new Uint8Array([2, 3]));
        await there.sendBytes(new Uint8Array());
        assertEquals(await here.recv(), new Uint8Array());
      });

      it("ends for the other side when one closes it, behind what was sent", async () => {
        using target = place();
        using link = await Link.make({ address: target.address, authKey });
        await link.there.send("unread");
        for (let i = 0; i < 100; i++) await link.here.send(i);
        link.here.close();
        const got = [];
        for await (const each of link.there) got.push(each);
        assertEquals(got, Array.from({ length: 100 }, (_, i) => i));
        await assertRejects(() => link.there.recv(), EOFError, "the other end is closed");
        await assertRejects(
          () => link.there.send(1),
          Error,
          "Cannot send as the other end is closed",
        );
        assertEquals(await link.there.poll(), true);
      });
    });
  }
}

describe("A connection to another program", () => {
  noLeaks();

  it("carries what the codec does, with the same result", async () => {
    using link = await Link.make({ authKey: "key" });
    await fc.assert(
      fc.asyncProperty(anything, async (sent) => {
        const sending = link.here.send(sent);
        assertSame(await link.there.recv(), structuredClone(sent));
        await sending;
      }),
      { numRuns: 200 },
    );
  });

  it("carries errors as they are", async () => {
    using link = await Link.make();
    const cause = new TypeError("because");
    await link.here.send([new RangeError("expected", { cause }), new EOFError("ours")]);
    const [error, ours] = await link.there.recv() as [Error, Error];
    assertInstanceOf(error, RangeError);
    assertInstanceOf(error.cause, TypeError);
    assertInstanceOf(ours, EOFError);
    assertEquals([error.message, error.cause.message, ours.message], [
      "expected",
      "because",
      "ours",
    ]);
  });

  it("refuses what is in this program's memory, and is not disturbed by it", async () => {
    using link = await Link.make();
    using lock = new Lock();
    const [a, b] = getContext().Pipe();
    for (const local of [lock, a, link.here, link.listener, new ReadableStream()]) {
      const error = await assertRejects(() => link.here.send({ a: [local] })) as DOMException;
      assertEquals(error.name, "DataCloneError");
      assert(error.message.startsWith("value.a[0] is a "), error.message);
    }
    a.close();
    b.close();
    await link.here.send("still there");
    assertEquals(await link.there.recv(), "still there");
  });

  it("carries 50 MB as one message, and small ones at its sides", async () => {
    using link = await Link.make({ address: "127.0.0.1:0" });
    const large = new Uint8Array(50_000_000).map((_, i) => i);
    const sends = [link.here.send("before"), link.here.sendBytes(large), link.here.send("after")];
    assertEquals(await link.there.recv(), "before");
    const got = await link.there.recvBytes();
    assertEquals(got.length, large.length);
    assert(got.every((byte, i) => byte === (i & 255)));
    assertEquals(await link.there.recv(), "after");
    await Promise.all(sends);
  });

  it("makes send wait for a slow reader", async () => {
    using link = await Link.make();
    const part = new Uint8Array(100_000);
    let sent = 0;
    const sending = (async () => {
      for (let i = 0; i < 300; i++, sent++) await link.here.sendBytes(part.fill(i));
    })();
    // What the reader has and the system has together is far less than the 30 MB.
    for (let before = -1; sent !== before;) {
      before = sent;
      await delay(100);
    }
    assert(sent < 150, `${sent} messages were sent that nobody has received`);
    for (let i = 0; i < 300; i++) {
      const got = await link.there.recvBytes();
      assertEquals([got.length, got[0], got.at(-1)], [100_000, i & 255, i & 255]);
    }
    await sending;
  });

  it("gives messages to those who wait in their order", async () => {
    using link = await Link.make();
    const waits = Array.from({ length: 20 }, () => link.there.recv());
    for (let i = 0; i < 20; i++) await link.here.send(i);
    assertEquals(await Promise.all(waits), Array.from({ length: 20 }, (_, i) => i));
  });

  it("loses nothing when waits time out or are aborted", async () => {
    using link = await Link.make();
    const got: unknown[] = [];
    let isOver = false;
    const receiving = (async () => {
      for (let i = 0; !isOver || await link.there.poll({ timeout: 50 }); i++) {
        const over = new AbortController();
        const options = [{ timeout: i % 3 }, { signal: over.signal }, { timeout: 0 }][i % 3]!;
        const receives = [link.there.recv(options), link.there.recv(options)];
        setTimeout(() => over.abort("aborted"), i % 2);
        for (const each of await Promise.allSettled(receives)) {
          if (each.status === "fulfilled") got.push(each.value);
          else {assert(
              each.reason === "aborted" || each.reason instanceof TimeoutError,
              each.reason,
            );}
        }
      }
    })();
    for (let i = 0; i < 300; i++) {
      await link.here.send(i);
      if (i % 7 === 0) await delay(1);
    }
    isOver = true;
    await receiving;
    assertEquals(got, Array.from({ length: 300 }, (_, i) => i));
  });

  it("gives up a recv by timeout and by abort, at any place in the line", async () => {
    using link = await Link.make();
    const over = new AbortController();
    const waits = [
      link.there.recv({ timeout: 20 }),
      link.there.recv({ signal: over.signal }),
      link.there.recv({ timeout: 20 }),
      link.there.recv(),
    ];
    const ended = Promise.allSettled(waits);
    over.abort(new RangeError("mine"));
    await assertRejects(() => waits[1]!, RangeError, "mine");
    await assertRejects(() => waits[2]!, TimeoutError, "nothing came within 20 ms");
    await assertRejects(() => waits[0]!, TimeoutError);
    await link.here.send("for the last");
    assertEquals(await waits[3], "for the last");
    await ended;
    await assertRejects(() => link.there.recv({ timeout: 0 }), TimeoutError);
    await assertRejects(() => link.there.recv({ timeout: NaN }), TypeError);
    assertThrows(() => AbortSignal.abort(1).throwIfAborted());
    assertEquals(
      await assertRejects(() => link.there.recv({ signal: AbortSignal.abort("no") })),
      "no",
    );
  });

  it("tells by poll whether something has come, also to who asks in a loop", async () => {
    using link = await Link.make();
    assertEquals(await link.there.poll(), false);
    assertEquals(await link.there.poll({ timeout: 10 }), false);
    void link.here.send(1);
    while (!await link.there.poll());
    assertEquals(await link.there.poll({ timeout: Infinity }), true);
    assertEquals(await link.there.recv(), 1);
    const late = link.there.poll({ timeout: 20_000 });
    await link.here.send(2);
    assertEquals(await late, true);
  });

  it("is waited for by wait()", async () => {
    using one = await Link.make();
    using two = await Link.make({ address: "127.0.0.1:0" });
    const all = [one.here, two.here, two.there];
    assertEquals(await wait(all, { timeout: 10 }), []);
    const waiting = wait(all);
    await two.there.send(1);
    assertEquals((await waiting).map((each) => all.indexOf(each)), [1]);
    one.there.close();
    assert((await wait([one.here], { timeout: 20_000 }))[0] === one.here);
  });

  it("rejects what waits when it is closed here", async () => {
    using link = await Link.make();
    const receiving = assertRejects(() => link.here.recv(), Error, "closed");
    const polling = assertRejects(() => link.here.poll({ timeout: 20_000 }), Error, "closed");
    const sending = assertRejects(
      async () => {
        for (;;) await link.here.sendBytes(new Uint8Array(1_000_000));
      },
      Error,
      "closed",
    );
    await delay(20);
    link.here.close();
    await Promise.all([receiving, polling, sending]);
    assertEquals([link.here.closed, link.here.readable, link.here.writable], [true, false, false]);
    await assertRejects(() => link.here.send(1), Error, "Cannot send as this connection is closed");
    await assertRejects(
      () => link.here.recv(),
      Error,
      "Cannot receive as this connection is closed",
    );
  });

  it("rejects a send that waits when the other side closes it", async () => {
    using link = await Link.make();
    const sending = assertRejects(
      async () => {
        for (;;) await link.here.sendBytes(new Uint8Array(1_000_000));
      },
      Error,
      "Cannot send as the other end is closed",
    );
    await delay(20);
    link.there.close();
    await sending;
    await assertRejects(() => link.here.recv(), EOFError);
  });

  it("fulfils what was sent just before a close", async () => {
    using link = await Link.make();
    const messages = [1, 2, 3];
    const sends = messages.map((message) => link.here.send(message));
    link.here.close();
    await Promise.all(sends);
    assertEquals(await Array.fromAsync(link.there), messages);
  });

  it("brings all that was sent before a close, whenever that comes", async () => {
    const message = fc.record({ size: fc.nat(200_000), pause: fc.boolean() });
    const sent = fc.array(message, { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(sent, fc.nat(20), fc.boolean(), async (messages, closeAfter, isTCP) => {
        using link = await Link.make(isTCP ? { address: "127.0.0.1:0" } : {});
        const { here, there } = link;
        // Messages come from the other side all the time, and nobody receives them.
        const against = (async () => {
          for (;;) await there.sendBytes(new Uint8Array(5000));
        })().catch((error: Error) => error.message);
        let fulfilled = 0;
        const sends = messages.map(async ({ size, pause }, i) => {
          if (pause) await delay(0);
          if (here.closed) return;
          await here.sendBytes(new Uint8Array(size).fill(i));
          if (!here.closed) fulfilled++;
        });
        const sending = Promise.allSettled(sends);
        for (let i = 0; i < closeAfter && fulfilled < sends.length; i++) await delay(0);
        const least = fulfilled;
        here.close();
        let got = 0;
        const ending = await assertRejects(async () => {
          for (;; got++) await there.recvBytes();
        });
        assertInstanceOf(ending, EOFError);
        assert(got >= least, `${got} came of ${least} that were sent`);
        await sending;
        assertEquals(await against, "Cannot send as the other end is closed");
      }),
      { numRuns: rounds(40) },
    );
  });

  it("has no blocking methods", async () => {
    using link = await Link.make();
    const { here } = link;
    for (
      const block of [
        () => here.sendSync(1),
        () => here.sendBytesSync(new Uint8Array(1)),
        () => here.recvSync(),
        () => here.recvBytesSync(),
        () => here.pollSync(),
      ]
    ) {
      assertThrows(
        block,
        Error,
        "with this thread blocked as the connection leads to another program",
      );
    }
    await here.send("fine");
    assertEquals(await link.there.recv(), "fine");
  });

  it("gives up sending in time, or when aborted, what has not begun to go", async () => {
    using link = await Link.make();
    const { here, there } = link;
    const bytes = new Uint8Array(500_000);
    let sent = 0;
    const outcome = (options: { timeout?: number; signal?: AbortSignal }): Promise<string> =>
      here.send([sent, bytes], options).then(
        () => "sent",
        (error) => error === options.signal?.reason ? "aborted" : error.name,
      );
    // The system takes some, and one more begins to go.
    while (await outcome({ timeout: 40 }) === "sent") sent++;
    assertEquals(await outcome({ timeout: 0 }), "TimeoutError");
    assertEquals(await outcome({ signal: AbortSignal.abort("reason") }), "aborted");
    assertEquals(await outcome({ signal: AbortSignal.timeout(40) }), "aborted");
    const sends = [here.send([sent++, bytes], { timeout: 20_000 }), here.send([sent++, bytes])];
    for (let i = 0; i < sent; i++) assertEquals((await there.recv() as number[])[0], i);
    await Promise.all(sends);
    assertEquals(await there.poll({ timeout: 20 }), false);
  });

  it("receives into memory of the caller's, and no more than maxLength", async () => {
    using link = await Link.make();
    await link.here.sendBytes(new Uint8Array([1, 2, 3]));
    const short = await assertRejects(() => link.there.recvBytesInto(new Uint8Array(2)));
    assertInstanceOf(short, BufferTooShort);
    assertEquals(short.bytes, new Uint8Array([1, 2, 3]));
    await link.here.sendBytes(new Uint8Array(10));
    await assertRejects(
      () => link.there.recvBytes({ maxLength: 9 }),
      Error,
      "longer than maxLength",
    );
    await assertRejects(() => link.there.recv(), Error);
    await link.there.send("it can still send");
    assertEquals(await link.here.recv(), "it can still send");
  });
});

describe("Listener", () => {
  noLeaks();

  it("gives connections in the order in which they came, to those who wait in theirs", async () => {
    using listener = new Listener({ authKey: "key" });
    const address = await listener.address;
    const first = [listener.accept(), listener.accept()];
    const ours = [];
    for (let i = 0; i < 4; i++) {
      const here = await connect(address, { authKey: "key" });
      await here.send(i);
      ours.push(here);
    }
    const theirs = [...await Promise.all(first), await listener.accept(), await listener.accept()];
    const got = await Promise.all(theirs.map((each) => each.recv()));
    assertEquals(got, [0, 1, 2, 3]);
    for (const each of [...ours, ...theirs]) each.close();
  });

  it("loses no connection when an accept times out or is aborted", async () => {
    using listener = new Listener();
    const address = await listener.address;
    const over = new AbortController();
    const late = listener.accept({ timeout: 20 });
    const aborted = assertRejects(() => listener.accept({ signal: over.signal }), Error, "mine");
    over.abort(new Error("mine"));
    await aborted;
    await assertRejects(() => late, TimeoutError, "nobody connected within 20 ms");
    await assertRejects(() => listener.accept({ timeout: 0 }), TimeoutError);
    using here = await connect(address);
    using there = await listener.accept({ timeout: 20_000 });
    await here.send(1);
    assertEquals(await there.recv(), 1);
  });

  it("lets who tries again and again get a connection", async () => {
    using listener = new Listener({ handshakeTimeout: Infinity });
    const connecting = listener.address.then((address) => connect(address));
    let there: Connection | undefined;
    while (there === undefined) {
      there = await listener.accept({ timeout: 0 }).catch((error) => {
        assertInstanceOf(error, TimeoutError);
        return undefined;
      });
    }
    using here = await connecting;
    await here.send(1);
    assertEquals(await there.recv(), 1);
    there.close();
  });

  it("can be closed while others prove themselves", async () => {
    for (let i = 0; i < rounds(20); i++) {
      const listener = new Listener({ authKey: "key" });
      const address = await listener.address;
      const connecting = Array.from({ length: 5 }, () => connect(address, { authKey: "key" }));
      const ending = Promise.allSettled(connecting);
      for (let turn = 0; turn < i % 10; turn++) await delay(0);
      listener.close();
      for (const each of await ending) {
        // Whoever was in is told that it is over; the others come too late, in one way or another.
        if (each.status === "rejected") continue;
        await assertRejects(() => each.value.recv({ timeout: 20_000 }), EOFError);
        each.value.close();
      }
    }
  });

  it("serves two hundred at once", async () => {
    using listener = new Listener({ authKey: "key" });
    const address = await listener.address;
    const serving = (async () => {
      for (let i = 0; i < 200; i++) {
        const there = await listener.accept();
        void there.recv().then((n) => there.send(n as number + 1)).then(() => there.close());
      }
    })();
    const answers = await Promise.all(Array.from({ length: 200 }, async (_, i) => {
      using here = await connect(address, { authKey: "key" });
      await here.send(i);
      return await here.recv();
    }));
    assertEquals(answers, Array.from({ length: 200 }, (_, i) => i + 1));
    await serving;
  });

  it("closes what nobody accepted, and keeps what somebody did", async () => {
    const listener = new Listener({ address: "127.0.0.1:0" });
    const address = await listener.address;
    using here = await connect(address);
    using there = await listener.accept();
    using waiting = await connect(address);
    const accepting = assertRejects(
      async () => {
        for (;;) (await listener.accept()).close();
      },
      Error,
      "Cannot accept as the listener is closed",
    );
    await assertRejects(() => waiting.recv(), EOFError);
    using another = await connect(address);
    listener.close();
    listener.close();
    assertEquals(listener.closed, true);
    await accepting;
    await assertRejects(() => another.recv(), EOFError);
    await assertRejects(() => listener.accept(), Error, "Cannot accept as the listener is closed");
    const refused = await assertRejects(() => connect(address)) as Error & { code: string };
    assertEquals(refused.code, "ECONNREFUSED");
    await here.send(1);
    assertEquals(await there.recv(), 1);
  });

  it("can be closed before it listens", async () => {
    const listener = new Listener();
    listener.close();
    const address = await listener.address;
    assertEquals(fs.existsSync(address), false);
    await assertRejects(() => connect(address), Error);
  });

  it("says where it listens, and why it cannot", async () => {
    using listener = new Listener({ address: "127.0.0.1:0" });
    const address = await listener.address;
    assert(/^127\.0\.0\.1:[1-9]\d*$/.test(address), address);
    using another = new Listener({ address });
    const error = await assertRejects(() => another.accept()) as Error & { code: string };
    assertEquals(error.code, "EADDRINUSE");
    assert(await assertRejects(() => another.address) === error);
  });

  it("chooses a socket that only this user can reach, and removes it", async () => {
    const listener = new Listener();
    const address = await listener.address;
    assert(fs.lstatSync(address).isSocket());
    const folder = address.slice(0, address.lastIndexOf("/"));
    assertEquals(fs.statSync(folder).mode & 0o777, 0o700);
    listener.close();
    assertEquals(fs.existsSync(folder), false);
  });

  it("refuses addresses and keys that are none", () => {
    const wrong: [unknown, typeof TypeError | typeof RangeError, string][] = [
      ["", TypeError, '"host:port" or the path of a socket: received ""'],
      ["localhost:", TypeError, 'received "localhost:"'],
      [":80", TypeError, 'received ":80"'],
      ["a:b", TypeError, 'received "a:b"'],
      ["::1:80", TypeError, 'received "::1:80"'],
      ["host:65536", RangeError, "its port must be up to 65535"],
      [8080, TypeError, "received 8080"],
      ["/tmp/a\0b", TypeError, "received"],
    ];
    for (const [address, Class, message] of wrong) {
      assertThrows(() => new Listener({ address: address as string }), Class, message);
    }
    for (const authKey of ["", new Uint8Array(), 5, null] as string[]) {
      assertThrows(() => new Listener({ authKey }), TypeError, "Cannot use authKey as it");
    }
    assertThrows(() => new Listener({ handshakeTimeout: NaN }), TypeError, "timeout");
  });
});

describe("connect()", () => {
  noLeaks();

  it("tells both sides when their keys differ, and others are served", async () => {
    for (const [ours, theirs] of [["a", "b"], [undefined, "b"], ["a", undefined]] as const) {
      const refusals: Error[] = [];
      const onRefused = (error: Error) => void refusals.push(error);
      using listener = new Listener({ authKey: theirs, onRefused });
      const address = await listener.address;
      const accepting = listener.accept();
      await assertRejects(
        () => connect(address, { authKey: ours }),
        AuthenticationError,
        "authKey",
      );
      using here = await connect(address, { authKey: theirs });
      using there = await accepting;
      await here.send("in");
      assertEquals(await there.recv(), "in");
      assertEquals(refusals.map((error) => error instanceof AuthenticationError), [true]);
    }
  });

  it("passes on the error of the system", async () => {
    for (
      const [address, code] of [["127.0.0.1:1", "ECONNREFUSED"], ["/nowhere/socket", "ENOENT"]]
    ) {
      const error = await assertRejects(() => connect(address!)) as Error & { code: string };
      assertEquals(error.code, code);
    }
  });

  it("refuses wrong arguments before it connects", async () => {
    await assertRejects(() => connect("x:y"), TypeError, "Cannot connect as the address");
    await assertRejects(() => connect("a:1", { authKey: "" }), TypeError, "it is empty");
    await assertRejects(() => connect("a:1", { timeout: NaN }), TypeError);
    const signal = AbortSignal.abort(new Error("mine"));
    await assertRejects(() => connect("127.0.0.1:1", { signal }), Error, "mine");
    await assertRejects(() => connect("127.0.0.1:1", { signal, timeout: 9 }), Error, "mine");
  });
});

describe("Addresses", () => {
  it("are hosts with ports, or paths", () => {
    const cases = {
      "localhost:80": { host: "localhost", port: 80 },
      "[::1]:0": { host: "::1", port: 0 },
      "chat.sock": { path: "chat.sock" },
      "./a:1": { path: "./a:1" },
      "C:\\pipe": { path: "C:\\pipe" },
    };
    for (const [text, address] of Object.entries(cases)) {
      assertEquals(parseAddress(text, "listen"), address);
      assertEquals(formatAddress(address), text);
    }
  });
});

describe("Frames", () => {
  it("come out as they went in, however the stream is cut", () => {
    const message = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.integer({ min: 1, max: 9 })), (messages, cuts) => {
        const stream = messages.flatMap((each) => [...framed(each)]);
        const got: Uint8Array[] = [];
        const reader = new FrameReader((each) => got.push(each.slice()), Infinity);
        const sizes = Array.from(stream, (_, i) => cuts[i % cuts.length] ?? stream.length);
        for (const size of sizes) reader.add(new Uint8Array(stream.splice(0, size)));
        assertEquals(got, messages.map((each) => each.slice()));
        assertEquals(reader.isInside, false);
      }),
    );
  });
});
