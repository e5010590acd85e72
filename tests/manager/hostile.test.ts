/**
 * What a client that knows the key can still not do to a manager's server, and to its other
 * clients.
 */

import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { Empty, getContext, Listener, Manager, RemoteError } from "../../mod.ts";
import { endOf } from "../../src/channel/connection.ts";
import { Decoder } from "../../src/codec/decoder.ts";
import { Encoder } from "../../src/codec/encoder.ts";
import * as tag from "../../src/codec/tags.ts";
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

  /**
   * Sends operations in one frame: numbers, values, lists of arguments, and bytes in place of such
   * lists.
   */
  async send(...parts: (number | string | Uint8Array | readonly unknown[])[]): Promise<void> {
    const encoder = new Encoder();
    encoder.writeUint(77);
    for (const part of parts) {
      if (typeof part === "number") encoder.writeUint(part);
      else if (typeof part === "string") encoder.write(part, "value");
      else {
        const begin = encoder.beginSized();
        if (part instanceof Uint8Array) encoder.writeBytes(part);
        else encoder.write(part, "args");
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
  call(slot: number, method: string, ...args: unknown[]): Promise<unknown> {
    return this.callRaw(slot, method, args);
  }

  /** The same with what stands for the arguments. */
  async callRaw(
    slot: number,
    method: string,
    args: Uint8Array | readonly unknown[],
  ): Promise<unknown> {
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

  /** Sends an operation: numbers, and bytes behind them. */
  async sendBytes(code: number, numbers: readonly number[], bytes: Uint8Array): Promise<void> {
    const encoder = new Encoder();
    for (const number of [77, code, ...numbers]) encoder.writeUint(number);
    encoder.writeBytes(bytes);
    await this.#stranger.say(this.#frame(encoder.copy(0)));
  }

  /** Fulfilled once the server has closed the connection. */
  get dropped(): Promise<void> {
    return this.#stranger.dropped;
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

  it("has neither arguments nor items that are all holes, and no others than a list of them", async () => {
    await using manager = new Manager({ address: "127.0.0.1:0", authKey: key });
    using client = await Client.make(await manager.address);
    const holes = [tag.ARRAY, 0xff, 0xff, 0xff, 0xff, 0x0f, tag.REST, tag.END];
    for (const type of ["list", "dict", "Queue", "Pool", "Array", "Condition"]) {
      await client.send(operation.create, 2, type, Uint8Array.from(holes));
      await assertRejects(() => client.call(2, "length"), RangeError, "arguments that are no list");
    }
    await client.create(2, "list");
    for (const wrong of [holes, [tag.NULL], [tag.UNDEFINED], [tag.OBJECT, 0], [tag.SMALL_INT]]) {
      const called = client.callRaw(2, "append", Uint8Array.from(wrong));
      await assertRejects(() => called, RangeError, "arguments that are no list");
    }
    const inside = Uint8Array.of(tag.ARRAY, 1, ...holes);
    await assertRejects(() => client.callRaw(2, "extend", inside), RangeError, "holes");
    await client.send(operation.create, 4, "list", inside);
    await assertRejects(() => client.call(4, "length"), RangeError, "holes");
    // As an item it is one as any other.
    await client.callRaw(2, "append", inside);
    assertEquals(await client.call(2, "length"), 1);
    await client.create(6, "list", [1, , 3]);
    assertEquals(await client.call(6, "copy"), [1, undefined, 3]);
  });

  it("is heard no more once it calls what has no name", async () => {
    await using manager = new Manager({ address: "127.0.0.1:0", authKey: key });
    const list = manager.list([1]);
    for (const code of [operation.call, operation.create]) {
      using client = await Client.make(await manager.address);
      await client.create(2, "list");
      const encoder = new Encoder();
      encoder.write({ toString: 1 }, "value");
      await client.sendBytes(code, code === operation.call ? [1, 2] : [4], encoder.copy(0));
      await client.dropped;
    }
    assertEquals(await list.length(), 1);
  });

  it("leaves nothing behind of what it lends twice by one number", async () => {
    await using manager = new Manager({ address: "127.0.0.1:0", authKey: key });
    using client = await Client.make(await manager.address);
    await client.create(2, "list");
    await client.send(operation.lend, 2, 5, operation.lend, 2, 5, operation.claim, 4, 5);
    assertEquals(await client.call(4, "length"), 0);
    await client.send(operation.release, 2, operation.release, 4);
    assertEquals(await client.call(serverSlot, "numberOfObjects"), 0);
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

/** Answers whoever connects as a manager's server would, but with what it likes. */
async function lie(listener: Listener, introduction: unknown): Promise<void> {
  using connection = await listener.accept();
  const end = endOf(connection);
  await end.take((decoder, length) => decoder.readBytes(length), {});
  const encoder = new Encoder();
  encoder.writeUint(1);
  encoder.writeUint(ending.fulfilled);
  const begin = encoder.beginSized();
  encoder.write(introduction, "value");
  encoder.endSized(begin);
  await end.put(encoder.copy(0));
  // Until the other side hangs up.
  await end.take((decoder, length) => decoder.readBytes(length), {}).catch(() => {});
}

describe("Manager.connect()", () => {
  noLeaks();

  it("takes no method of its own, nor any that is awaited, for a type that the server tells of", async () => {
    using listener = new Listener({ address: "127.0.0.1:0", authKey: key });
    const names = ["then", "shutdown", "address", "constructor", "__proto__", "a b", "", "Mine"];
    const lying = lie(listener, { id: "x", types: names });
    const manager = await Manager.connect(await listener.address, { authKey: key });
    assertEquals(Object.getOwnPropertyNames(manager), ["Mine"]);
    assertEquals(manager.shutdown, Manager.prototype.shutdown);
    await manager.shutdown();
    await lying;
  });

  it("connects to nothing that does not introduce itself as a manager does", async () => {
    using listener = new Listener({ address: "127.0.0.1:0", authKey: key });
    const holes = Object.defineProperty([], 2 ** 32 - 2, { value: "x", enumerable: true });
    for (
      const said of [null, 5, {}, { id: "x" }, { id: 1, types: [] }, { id: "x", types: [1] }, {
        id: "x",
        types: holes,
      }, { id: "x", types: "ab" }]
    ) {
      const lying = lie(listener, said);
      const connecting = Manager.connect(await listener.address, { authKey: key });
      await assertRejects(() => connecting, RemoteError, "what listens there is none");
      await lying;
    }
  });

  it("needs a key, and says so at once", async () => {
    await assertRejects(() => Manager.connect("127.0.0.1:1"), TypeError, "without its authKey");
    await assertRejects(() => Manager.connect("127.0.0.1:1", 5 as never), TypeError);
    assertThrows(() => new Manager({ limits: { requests: 0 } }), RangeError, "requests");
  });
});
