/**
 * What a client that knows the key can still not do to a manager's server, and to its other
 * clients.
 */

import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { Empty, getContext, Manager } from "../../mod.ts";
import { Decoder } from "../../src/codec/decoder.ts";
import { Encoder } from "../../src/codec/encoder.ts";
import { ending, operation, serverSlot } from "../../src/manager/protocol/messages.ts";
import { greeting, proveKey, Stranger } from "../channel/sockets.ts";
import { noLeaks } from "../harness.ts";
import * as f from "./hostile_fixtures.ts";

const key = "sesame";

/** A client that writes what it likes. */
class Client implements Disposable {
  readonly #stranger: Stranger;
  readonly #frame: (message: Uint8Array) => Uint8Array;
  #heard = greeting(true).length + 33;

  private constructor(stranger: Stranger, frame: (message: Uint8Array) => Uint8Array) {
    this.#stranger = stranger;
    this.#frame = frame;
  }

  static async make(address: string): Promise<Client> {
    const stranger = new Stranger(address);
    return new Client(stranger, await proveKey(stranger, key));
  }

  /** Sends operations in one frame: numbers, values and lists of arguments. */
  async send(...parts: (number | string | readonly unknown[])[]): Promise<void> {
    const encoder = new Encoder();
    encoder.writeUint(77);
    for (const part of parts) {
      if (typeof part === "number") encoder.writeUint(part);
      else if (typeof part === "string") encoder.write(part, "value");
      else {
        const begin = encoder.beginSized();
        encoder.write(part, "args");
        encoder.endSized(begin);
      }
    }
    await this.#stranger.say(this.#frame(encoder.copy(0)));
  }

  /** Creates an object at a slot. */
  create(slot: number, type: string, ...args: unknown[]): Promise<void> {
    return this.send(operation.create, slot, type, args);
  }

  /** Calls a method, and gives what comes back. */
  async call(slot: number, method: string, ...args: unknown[]): Promise<unknown> {
    await this.send(operation.call, 1, slot, method, args);
    const decoder = new Decoder(await this.#reply());
    decoder.readUint();
    const how = decoder.readUint();
    decoder.readSized();
    const value = decoder.read();
    if (how !== ending.fulfilled) throw value;
    return value;
  }

  async #reply(): Promise<Uint8Array> {
    const head = (await this.#stranger.hear(this.#heard + 4)).subarray(this.#heard);
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
    const all = await this.#stranger.hear(this.#heard + 4 + length);
    const frame = all.slice(this.#heard + 4);
    this.#heard += 4 + length;
    return frame;
  }

  /** Reads no more. */
  pause(): void {
    this.#stranger.pause();
  }

  [Symbol.dispose](): void {
    this.#stranger[Symbol.dispose]();
  }
}

describe("A client that knows the key", () => {
  noLeaks();

  it("cannot call what of an object is for the server alone", async () => {
    await using manager = new Manager({ address: "127.0.0.1:0", authKey: key });
    using client = await Client.make(await manager.address);
    await client.create(2, "Lock");
    await client.create(4, "Condition");
    for (const method of ["suspend", "resume", "forget", "isHeldBy", "constructor", "toString"]) {
      for (const slot of [2, 4]) {
        await assertRejects(() => client.call(slot, method, {}), TypeError, "no method of that");
      }
    }
    assertEquals(await client.call(2, "acquire"), true);
  });

  it("leaves the count of objects right when it overwrites a slot, and cannot that of the server", async () => {
    await using manager = new Manager({ address: "127.0.0.1:0", authKey: key });
    const client = await Client.make(await manager.address);
    for (let i = 0; i < 3; i++) await client.create(2, "list");
    assertEquals(await client.call(2, "length"), 0);
    assertEquals(await manager.numberOfObjects(), 1);
    await client.create(serverSlot, "list");
    client[Symbol.dispose]();
    const list = manager.list([1]);
    assertEquals(await list.length(), 1);
    for (let left = 2; left !== 1;) left = await manager.numberOfObjects();
  });

  it("that asks for much and reads no replies costs little, and others are served", async () => {
    await using manager = new (getContext("process").Manager)({
      address: "127.0.0.1:0",
      authKey: key,
    });
    const probe = manager.register("Probe", f.Probe)();
    using client = await Client.make(await manager.address);
    await client.create(2, "list", ["x".repeat(1 << 20)]);
    assertEquals(await client.call(2, "length"), 1);
    const before = await probe.memory();
    client.pause();
    const request = [operation.call, 5, 2, "get", [0]] as const;
    // In one frame, and in many.
    await client.send(...Array.from({ length: 500 }, () => request).flat());
    for (let i = 0; i < 500; i++) await client.send(...request);
    const list = manager.list([1]);
    for (let i = 0; i < 20; i++) assertEquals(await list.length(), 1);
    const grown = await probe.memory() - before;
    // A thousand replies of a mebibyte each.
    assert(grown < 200e6, `it took ${grown} bytes`);
  });

  it("has no more calls under way than it may", async () => {
    const limits = { requests: 3 };
    await using manager = new Manager({ address: "127.0.0.1:0", authKey: key, limits });
    await using there = await Manager.connect(await manager.address, { authKey: key });
    const queue = there.Queue<number>();
    const gets = Array.from({ length: 3 }, () => queue.get({ timeout: 300 }));
    const put = queue.put(1);
    const ended = await Promise.allSettled(gets);
    // It is not read before the first of them has ended: that does not get it.
    assertInstanceOf((ended[0] as PromiseRejectedResult).reason, Empty);
    await put;
  });
});

describe("Manager.connect()", () => {
  noLeaks();

  it("needs a key, and says so at once", async () => {
    await assertRejects(() => Manager.connect("127.0.0.1:1"), TypeError, "without its authKey");
    await assertRejects(() => Manager.connect("127.0.0.1:1", 5 as never), TypeError);
    assertThrows(() => new Manager({ limits: { requests: 0 } }), RangeError, "requests");
  });
});
