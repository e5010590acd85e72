// @runs-on one: it takes long

/** Managers of other programs, on this runtime and on the others. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import { fileURLToPath } from "node:url";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  AuthenticationError,
  connect,
  type DictProxy,
  EOFError,
  getContext,
  Listener,
  type ManagedFactory,
  Manager,
  RemoteError,
} from "../../mod.ts";
import { programEnvironment, programFlags } from "../../scripts/lib/runtimes.ts";
import { findRuntime, runtimeNames } from "../../scripts/toolchain.mjs";
import { pause } from "../fixtures.ts";
import { methods, noLeaks } from "../harness.ts";
import { assertRefused } from "../others.ts";
import { Folder } from "../process/scratch.ts";
import { runtimeCommand } from "../runtime/runtime_command.ts";
import { giveBack } from "./fixtures.ts";
import { Point } from "./programs/remote_class.ts";
import type { Tally } from "./programs/remote_server.ts";
import { long, until, watch } from "./stage.ts";
import { mark, sendBack } from "./travel_fixtures.ts";

const program = (name: string): URL => new URL(`programs/${name}.ts`, import.meta.url);
const authKey = "a key: ä";

/** A program that says lines. */
class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #said = "";
  #read = 0;

  constructor(command: readonly string[], ...args: readonly string[]) {
    this.#child = spawn(command[0]!, [...command.slice(1), ...args], {
      stdio: ["pipe", "pipe", "inherit"],
      env: programEnvironment() as NodeJS.ProcessEnv,
    });
    this.#ended = once(this.#child, "close");
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => this.#said += text);
  }

  /** The next line that it says. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#said.indexOf("\n", this.#read);
      if (end >= 0) {
        const line = this.#said.slice(this.#read, end);
        this.#read = end + 1;
        return line;
      }
      await Promise.race([once(this.#child.stdout!, "data"), this.#failing()]);
    }
  }

  async #failing(): Promise<never> {
    throw new Error(`The program ended early: ${JSON.stringify(await this.#ended)}`);
  }

  say(text: string): void {
    this.#child.stdin!.write(`${text}\n`);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  async ended(): Promise<void> {
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** What a manager has for a type that the server's program has registered. */
const tallyOf = (manager: Manager): ReturnType<ManagedFactory<typeof Tally>> =>
  (manager as unknown as { Tally: ManagedFactory<typeof Tally> }).Tally();

const serverHere = (address: string, method = "process"): Program =>
  new Program(runtimeCommand(program("remote_server")), address, authKey, method);

async function connectTo(server: Program): Promise<[Manager, string]> {
  const address = await server.line();
  return [await Manager.connect(address, { authKey }), address];
}

describe("A manager on another runtime", () => {
  noLeaks();

  for (const name of runtimeNames) {
    const found = findRuntime(name);
    it(`serves objects: ${name}`, { ignore: found === undefined }, async () => {
      using folder = new Folder();
      const address = name === "bun" ? folder.file("socket") : "127.0.0.1:0";
      const file = fileURLToPath(program("remote_server"));
      const method = name === "node24" ? "worker" : "process";
      const command = [found!.path, ...programFlags(name), file, address, authKey, method];
      await using server = new Program(command);
      const [manager, at] = await connectTo(server);
      const dict = manager.dict<string, unknown>();
      await assertRejects(() => Manager.connect(at, { authKey: "wrong" }), AuthenticationError);
      await assertRejects(() => Manager.connect(at), TypeError);
      const values = [-0, "ä", 1n, new Map([[1, [undefined]]]), new Date(5), [, 1]];
      await dict.set("values", values);
      assertEquals(await dict.get("values"), values);
      const tally = tallyOf(manager);
      assertEquals(await tally.add(new Point(1, 2)), 1);
      assertInstanceOf(await tally.last(), Point);
      await assertRejects(() => tally.add(5 as never), TypeError, "expected a Point");
      await dict.set("nested", manager.list([1, 2]));
      assertEquals(await (await dict.get("nested") as ReturnType<typeof manager.list>).length(), 2);
      const large = new Uint8Array(50_000_000).fill(7);
      await dict.set("large", large);
      const back = await dict.get("large") as Uint8Array;
      assertEquals([back.length, back.at(-1)], [large.length, 7]);
      const lock = new (getContext("worker").Lock)();
      await assertRefused(() => dict.set("lock", lock), "only children of this program can use");
      const waits = watch(manager.Event().wait());
      await dict.size();
      server.say("end");
      const ended = await waits.settled;
      assertEquals(ended.status === "rejected" && ended.reason.name, "RemoteError");
      await server.ended();
      await assertRejects(() => dict.size(), RemoteError);
      assertThrows(() => manager.dict(), RemoteError);
      assertEquals(fs.existsSync(folder.file("socket")), false);
    });
  }
});

describe("A manager of another program", () => {
  noLeaks();

  it("is not disturbed by strangers, nor by those who know the key and speak nonsense", async () => {
    await using server = serverHere("127.0.0.1:0");
    const [manager, address] = await connectTo(server);
    const dict = manager.dict([[1, 1]]);
    const [host, port] = address.split(":");
    const silent = net.connect(Number(port), host);
    await once(silent, "connect");
    for (const text of ["GET / HTTP/1.1\r\n\r\n", "\0\0\0\0", "\xff".repeat(100_000), ""]) {
      const socket = net.connect(Number(port), host);
      const ended = once(socket, "close");
      socket.on("error", () => {}); // It is closed however the server ends it.
      await once(socket, "connect");
      socket.end(text, "latin1");
      await Promise.race([ended, pause(200)]);
      socket.destroy();
    }
    const nonsense = [
      new Uint8Array(0),
      new Uint8Array(5).fill(255),
      Uint8Array.of(1, 1, 1, 0, 200, 255, 255, 255),
    ];
    for (const bytes of nonsense) {
      const end = await connect(address, { authKey });
      await end.sendBytes(bytes);
      await assertRejects(() => end.recv({ timeout: long }), EOFError);
      end.close();
    }
    const end = await connect(address, { authKey });
    await end.send({ hello: "server" });
    await assertRejects(() => end.recv({ timeout: long }), EOFError);
    end.close();
    assertEquals(await dict.get(1), 1);
    silent.destroy();
  });

  it("goes on when a client is killed that holds, waits and sends", async () => {
    await using server = serverHere("127.0.0.1:0");
    const [manager, address] = await connectTo(server);
    const given = { lock: manager.Lock(), queue: manager.Queue(), dict: manager.dict() };
    await given.lock.tryAcquire();
    await given.lock.release();
    server.say("count");
    const before = await server.line();
    const meeting = new Listener({ address: "127.0.0.1:0" });
    await using client = new Program(
      runtimeCommand(program("remote_client")),
      ...[address, authKey, await meeting.address],
    );
    const end = await meeting.accept({ timeout: long });
    await end.send(given);
    assertEquals(await client.line(), "ready");
    assertEquals(await given.lock.tryAcquire(), false);
    await client.kill();
    assertEquals(await given.lock.acquire({ timeout: long }), true);
    assertEquals(await given.lock.abandoned, true);
    await given.lock.release();
    // Who waited for it is gone, and has not got it.
    await given.queue.put("item");
    assertEquals(await given.queue.get({ timeout: long }), "item");
    await until(async () => {
      server.say("count");
      return await server.line() === before;
    }, "what the client referred to is given back");
    end.close();
    meeting.close();
  });

  it("is used by the children of its clients", async () => {
    await using server = serverHere("127.0.0.1:0", "worker");
    const [manager] = await connectTo(server);
    const dict = manager.dict();
    for (const method of methods) {
      const { Pipe, Pool, Process } = getContext(method);
      const [here, there] = Pipe();
      const child = new Process({ target: mark, args: [dict, method] });
      const sender = new Process({ target: sendBack, args: [dict, there] });
      for (const each of [child, sender]) each.start();
      const back = await here.recv({ timeout: long }) as DictProxy;
      for (const each of [child, sender]) await each.join();
      await using pool = new Pool(1);
      const again = await pool.apply(giveBack, [back]) as DictProxy;
      assertEquals(await again.has(method), true);
    }
    assertEquals((await dict.keys()).toSorted(), [...methods].toSorted());
  });

  it("is reached by who is sent a proxy, but its key is not sent to other programs", async () => {
    await using manager = new Manager({ authKey });
    const dict = manager.dict();
    const address = await manager.address;
    const listener = new Listener({ address: "127.0.0.1:0" });
    const connecting = connect(await listener.address);
    const theirs = await listener.accept();
    const ours = await connecting;
    await ours.send({ dict });
    const bytes = await theirs.recvBytes();
    // A stranger gets the address, and not the key.
    const text = new TextDecoder("latin1").decode(bytes);
    assert(text.includes(address));
    assert(!new TextDecoder().decode(bytes).includes(authKey));
    for (const end of [ours, theirs]) end.close();
    listener.close();
  });
});
