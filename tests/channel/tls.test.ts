import net from "node:net";
import { Buffer } from "node:buffer";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AuthenticationError, connect, Listener, Manager } from "../../mod.ts";
import { noLeaks } from "../harness.ts";
import { authority, client, server } from "./certificates.ts";
import { netOptions, Stranger, transports } from "./sockets.ts";

/**
 * A listener and what passes on to it what programs say, so that it is seen, and may be changed.
 */
class Wiretap implements AsyncDisposable {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  readonly seen: Uint8Array[] = [];
  /** What becomes of each part that the connecting side says. */
  pass: (part: Uint8Array, send: (part: Uint8Array) => void) => void = (part, send) => send(part);

  constructor(address: string) {
    this.#server = net.createServer((near) => {
      const far = net.connect(netOptions(address));
      const sockets = [near, far];
      for (const socket of sockets) this.#sockets.add(socket.on("error", () => {}));
      near.on("data", (part: Uint8Array) => {
        this.seen.push(part);
        this.pass(part, (changed) => far.write(changed));
      });
      far.on("data", (part: Uint8Array) => {
        this.seen.push(part);
        near.write(part);
      });
      near.on("close", () => far.destroy());
      far.on("close", () => near.destroy());
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", () => resolve()));
    return `127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
  }

  get text(): string {
    return Buffer.concat(this.seen).toString("latin1");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe("A listener with tls", () => {
  noLeaks();
  const authKey = "key";

  it("carries what it does without, and nobody on the way reads it", async () => {
    using listener = new Listener({ address: "127.0.0.1:0", authKey, tls: server });
    await using tap = new Wiretap(await listener.address);
    const accepted = listener.accept();
    using here = await connect(await tap.listen(), { authKey, tls: { ca: authority } });
    using there = await accepted;
    const said = { secret: "x".repeat(50), numbers: new Float64Array(1000).fill(0.5) };
    await here.send(said);
    assertEquals(await there.recv(), said);
    await there.sendBytes(new Uint8Array(100_000).fill(120));
    assertEquals((await here.recvBytes()).length, 100_000);
    assert(!tap.text.includes("xxxxxxxx") && !tap.text.includes("multiprocessing"));
  });

  it("believes nobody whom its authority does not know, and is believed by none such", async () => {
    const tls = { ...server, ca: authority, requestCert: true, rejectUnauthorized: true };
    using listener = new Listener({ address: "127.0.0.1:0", authKey, tls });
    const address = await listener.address;
    const options = { authKey, timeout: 5_000 };
    await assertRejects(() => connect(address, { ...options, tls: {} }), Error);
    await assertRejects(() => connect(address, { ...options, tls: { ca: authority } }), Error);
    await assertRejects(() => connect(address, options), Error);
    const accepted = listener.accept();
    using here = await connect(address, { ...options, tls: { ca: authority, ...client } });
    using there = await accepted;
    await here.send(1);
    assertEquals(await there.recv(), 1);
    const wrong = { authKey: "other", tls: { ca: authority, ...client } };
    await assertRejects(() => connect(address, wrong), AuthenticationError);
  });

  it("can be a manager's", async () => {
    await using manager = new Manager({ address: "127.0.0.1:0", authKey, tls: server });
    const address = await manager.address;
    await using there = await Manager.connect(address, { authKey, tls: { ca: authority } });
    const list = there.list([1, 2]);
    await list.append(3);
    assertEquals(await list.copy(), [1, 2, 3]);
    await assertRejects(() => Manager.connect(address, { authKey, timeout: 2_000 }), Error);
  });

  for (const [name, transport] of Object.entries(transports)) {
    it(`drops the oldest of many who do not get through their handshake, and serves others: ${name}`, async () => {
      using where = transport();
      const limits = { connections: 5, handshakeTimeout: 60_000 };
      using listener = new Listener({ ...where, authKey, tls: server, limits });
      const address = await listener.address;
      const silent = Array.from({ length: 20 }, () => new Stranger(address));
      const dropped = Promise.withResolvers<void>();
      let left = silent.length;
      for (const stranger of silent) {
        void stranger.dropped.then(() => --left === limits.connections && dropped.resolve());
      }
      await dropped.promise;
      for (let i = 0; i < 8; i++) {
        const accepted = listener.accept();
        using here = await connect(address, { authKey, tls: { ca: authority } });
        using there = await accepted;
        await here.send(i);
        assertEquals(await there.recv(), i);
      }
      for (const stranger of silent) stranger[Symbol.dispose]();
    });

    it(`gives nobody longer for the handshake than limits.handshakeTimeout: ${name}`, async () => {
      using where = transport();
      const limits = { handshakeTimeout: 100 };
      using listener = new Listener({ ...where, authKey, tls: server, limits });
      using silent = new Stranger(await listener.address);
      // Half of a first record: a client's hello that never ends.
      using halfway = new Stranger(await listener.address);
      await halfway.say(Uint8Array.of(22, 3, 1, 2, 0, 1, 0, 1));
      await Promise.all([silent.dropped, halfway.dropped]);
    });
  }

  it("checks its options", async () => {
    assertThrows(() => new Listener({ tls: 5 } as never), TypeError, "tls");
    assertThrows(() => new Manager({ tls: 5 } as never), TypeError, "tls");
    await assertRejects(() => connect("127.0.0.1:1", { tls: 5 } as never), TypeError, "tls");
  });
});

describe("A connection with a key", () => {
  noLeaks();
  const authKey = "key";

  it("ends where a message was changed, left out, sent again or put in on the way", async () => {
    const ways: Record<string, (message: Uint8Array, before: Uint8Array) => Uint8Array[]> = {
      changed: (message) => [message.map((byte, i) => i === 6 ? byte ^ 1 : byte)],
      "left out": () => [],
      "sent again": (message) => [message, message],
      "put in": (message, before) => [before, message],
    };
    for (const [way, change] of Object.entries(ways)) {
      using listener = new Listener({ address: "127.0.0.1:0", authKey });
      await using tap = new Wiretap(await listener.address);
      const accepted = listener.accept();
      using here = await connect(await tap.listen(), { authKey });
      using there = await accepted;
      let before = new Uint8Array();
      tap.pass = (part, send) => {
        before = part.slice();
        send(part);
      };
      await here.send("first");
      assertEquals(await there.recv(), "first");
      const passed = Promise.withResolvers<void>();
      tap.pass = (part, send) => {
        tap.pass = (later, send) => send(later);
        change(part, before).forEach(send);
        passed.resolve();
      };
      await here.send("second");
      await passed.promise;
      if (way === "sent again") assertEquals(await there.recv(), "second");
      await here.send("third").catch(() => {});
      await assertRejects(() => there.recv(), AuthenticationError, "not sent so");
    }
  });
});
