/** Listeners and connections of programs, on this runtime and on the others. */

import { Buffer } from "node:buffer";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { AuthenticationError, connect, EOFError, Listener } from "../../mod.ts";
import { programEnvironment, programFlags } from "../../scripts/lib/runtimes.ts";
import { findRuntime, runtimeNames } from "../../scripts/toolchain.mjs";
import { linesOf, methods, noLeaks, runProgram, runtime } from "../harness.ts";
import { Folder } from "../process/scratch.ts";
import { runtimeCommand } from "../runtime/runtime_command.ts";

const program = (name: string): URL => new URL(`programs/${name}.ts`, import.meta.url);

/** A program that listens, and has said where. */
class Server implements Disposable {
  readonly address: string;
  readonly ended: Promise<unknown>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ended: Promise<unknown>, address: string) {
    this.#child = child;
    this.ended = ended;
    this.address = address;
  }

  static async start(command: readonly string[], ...args: string[]): Promise<Server> {
    const child = spawn(command[0]!, [...command.slice(1), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: programEnvironment() as NodeJS.ProcessEnv,
    });
    const ended = once(child, "close");
    let said = "";
    child.stdout!.setEncoding("utf8").on("data", (text: string) => said += text);
    while (!said.includes("\n")) await Promise.race([once(child.stdout!, "data"), failing(ended)]);
    return new Server(child, ended, said.trim());
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  [Symbol.dispose](): void {
    this.kill();
  }
}

async function failing(ended: Promise<unknown>): Promise<never> {
  throw new Error(`The program ended early: ${JSON.stringify(await ended)}`);
}

const here = runtimeCommand(program("echo_server"));

describe("A listener on another runtime", () => {
  noLeaks();

  for (const name of runtimeNames) {
    const found = findRuntime(name);
    it(`is connected to: ${name}`, { ignore: found === undefined }, async () => {
      using folder = new Folder();
      const command = [found!.path, ...programFlags(name), fileURLToPath(program("echo_server"))];
      for (const [address, key] of [["127.0.0.1:0", "-"], [folder.file("socket"), "a key: ä"]]) {
        using server = await Server.start(command, address!, key!, "1");
        const authKey = key === "-" ? undefined : key;
        await assertRejects(
          () => connect(server.address, { authKey: `not ${key}` }),
          AuthenticationError,
        );
        using end = await connect(server.address, { authKey });
        const large = new Uint8Array(3_000_000).map((_, i) => i);
        const values = [
          1,
          -0,
          "text",
          new Map([[1n, [undefined]]]),
          new Date(5),
          large,
        ];
        for (const value of values) {
          await end.send(value);
          assertEquals(await end.recv(), value);
        }
        await end.send(Buffer.from("buffer"));
        const buffer = await end.recv();
        assertInstanceOf(buffer, Buffer);
        assertEquals(buffer.toString(), "buffer");
        await end.send(new RangeError("expected"));
        const error = await end.recv();
        assertInstanceOf(error, RangeError);
        assertEquals(error.message, "expected");
        end.close();
        const [code] = await server.ended as [number];
        assertEquals(code, 0);
        assertEquals(fs.existsSync(folder.file("socket")), false);
      }
    });
  }
});

describe("A program", () => {
  noLeaks();

  it("ends though it has a listener and connections, and its socket is gone", async () => {
    const begun = performance.now();
    const [address] = await linesOf(program("idle"));
    assert(performance.now() - begun < 20_000);
    assertEquals(fs.existsSync(path.dirname(address!)), false);
  });

  it("that waits for a connection lives", async () => {
    using server = await Server.start(here, "127.0.0.1:0", "-", "1");
    const late = Promise.withResolvers<string>();
    const timer = setTimeout(() => late.resolve("alive"), 300);
    assertEquals(await Promise.race([server.ended, late.promise]), "alive");
    clearTimeout(timer);
    using end = await connect(server.address);
    await end.send(1);
    assertEquals(await end.recv(), 1);
    end.close();
    await server.ended;
  });

  it("that is killed ends its connections, and its socket does not hinder the next", async () => {
    using folder = new Folder();
    const file = folder.file("socket");
    const one = await Server.start(here, file, "-", "1");
    using end = await connect(one.address);
    one.kill();
    await assertRejects(() => end.recv({ timeout: 20_000 }), EOFError);
    await one.ended;
    assert(fs.lstatSync(file).isSocket());
    using two = await Server.start(here, file, "-", "1");
    using again = await connect(two.address);
    await again.send("again");
    assertEquals(await again.recv(), "again");
    assertEquals(fs.readdirSync(path.dirname(file)), ["socket"]);
  });

  it("leaves no file behind of a program that ends before it listens", async () => {
    using folder = new Folder();
    const place = path.dirname(folder.file("any"));
    await linesOf(program("brief"), { env: { TMPDIR: place } });
    assertEquals(fs.readdirSync(place).filter((name) => name.startsWith("nproc-")), []);
  });

  it("keeps the address where it listens, and a file that is no socket stays", async () => {
    using folder = new Folder();
    const file = folder.file("socket");
    using server = await Server.start(here, file, "-", "1");
    using late = new Listener({ address: file });
    const error = await assertRejects(() => late.address) as Error & { code: string };
    assertEquals(error.code, "EADDRINUSE");
    late.close();
    using end = await connect(server.address);
    await end.send(1);
    assertEquals(await end.recv(), 1);
    const text = folder.file("text");
    fs.writeFileSync(text, "mine");
    using never = new Listener({ address: text });
    await assertRejects(() => never.accept(), Error, "EADDRINUSE");
    never.close();
    assertEquals(fs.readFileSync(text, "utf8"), "mine");
  });

  for (const method of methods) {
    it(`passes on all that its child has sent before it ends [${method}]`, async () => {
      using listener = new Listener({ address: "127.0.0.1:0" });
      const running = runProgram(program("hand_over"), { args: [await listener.address, method] });
      using end = await listener.accept({ timeout: 20_000 });
      const got = [];
      for await (const value of end) got.push(value);
      assertEquals(got.slice(0, -1), Array.from({ length: 20 }, (_, i) => i));
      assertEquals((got.at(-1) as Uint8Array).length, 1_000_000);
      const { code, output } = await running;
      assertEquals([code, output], [0, ""]);
    });

    it(`ends though a daemon of it waits for what comes by a connection [${method}]`, async () => {
      using listener = new Listener({ address: "127.0.0.1:0" });
      const args = [await listener.address, method, "daemon"];
      const running = runProgram(program("hand_over"), { args });
      using end = await listener.accept({ timeout: 20_000 });
      const { code, output } = await running;
      assertEquals([code, output], [0, ""]);
      await assertRejects(() => end.recv(), EOFError);
    });
  }

  it("that drops a connection closes it", async () => {
    const flags =
      { deno: ["-A", "--v8-flags=--expose-gc"], bun: [], node: ["--expose-gc"] }[runtime];
    assertEquals(await linesOf(program("drop_connections"), { flags }), ["true"]);
  });

  it("without permissions is told so by Deno", { ignore: runtime !== "deno" }, async () => {
    const none = await runProgram(program("echo_server"), {
      // With no permission at all `node:child_process` on Deno adds them all.
      flags: ["--no-prompt", "--allow-env"],
      args: ["127.0.0.1:0", "-", "0"],
    });
    assertEquals(none.code, 1);
    assert(none.stderr.includes("Cannot listen at 127.0.0.1:0 as Deno refuses it"), none.output);
    const [address] = await linesOf(program("echo_server"), {
      flags: ["--no-prompt", "--allow-net"],
      args: ["-", "-", "0"],
    });
    assert(address!.startsWith("127.0.0.1:"), address);
  });
});
