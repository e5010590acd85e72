// @runs-on every: Node 26 maps memory by itself

import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { getContext, SharedMemory, SharedMemory as Base } from "../../mod.ts";
import { findRuntime } from "../../scripts/toolchain.mjs";
import { runCommand } from "../command.ts";
import { forEachMethod, linesOf, methods, noLeaks, runProgram, runtime } from "../harness.ts";
import { isRunning, until } from "../process/scratch.ts";
import { runtimeCommand } from "../runtime/runtime_command.ts";
import * as f from "./fixtures.ts";
import { assertRefused, type Other, withOthers } from "../others.ts";

const newName = (): string => `nproc-test-${crypto.randomUUID()}`;

/** Whether there is memory of that name. */
function isThere(name: string): boolean {
  try {
    new SharedMemory({ name }).close();
    return true;
  } catch (error) {
    if ((error as Error).message.endsWith("there is none of that name")) return false;
    throw error;
  }
}

/** The arguments by which a runtime runs a program. */
const runWords: Record<string, string[]> = { deno: ["run", "-A"], bun: ["run"] };

forEachMethod("SharedMemory", (method) => {
  const { SharedMemory, Pool } = getContext(method);
  const [other] = withOthers(method, 1) as [Other];

  it("is made with a name of its own, all zero, and attached by that", () => {
    using memory = new SharedMemory({ create: true, size: 1000 });
    using second = new SharedMemory({ create: true, size: 1000 });
    assertNotEquals(memory.name, second.name);
    assert(memory.buf instanceof Uint8Array && memory.buf.every((byte) => byte === 0));
    assertEquals([memory.size, memory.buf.length], [1000, 1000]);
    memory.buf.set([1, 2, 3], 997);
    using same = new SharedMemory({ name: memory.name });
    assertEquals([same.size, same.name, ...same.buf.subarray(997)], [1000, memory.name, 1, 2, 3]);
    same.buf[0] = 255;
    assertEquals([memory.buf[0], second.buf[0]], [255, 0]);
    // The size is said by who makes it.
    using sized = new SharedMemory({ name: memory.name, size: 5 });
    assertEquals(sized.size, 1000);
  });

  it("has the name that it is given, whatever that is", async () => {
    for (
      const part of [
        "",
        " with spaces ",
        "-rf",
        "quo\"te's $(x) `y` *",
        "naïve 名前",
      ]
    ) {
      const name = `${newName()}${part}`;
      using memory = new SharedMemory({ name, create: true, size: 8 });
      assertEquals(memory.name, name);
      assertEquals(await other.do(f.setByteOf, name, 3, 33), 0);
      assertEquals(memory.buf[3], 33);
    }
  });

  it("refuses options that are wrong, and says which", () => {
    const make = (options: unknown): SharedMemory => new SharedMemory(options as never);
    assertThrows(() => make({}), TypeError, "Cannot attach shared memory without a name");
    for (const size of [0, -1, 1.5, NaN, Infinity, 2 ** 33]) {
      assertThrows(
        () => make({ create: true, size }),
        RangeError,
        `Cannot create shared memory as its size must be an integer from 1 to 4294967296: received ${size}`,
      );
    }
    for (const size of [undefined, "10", 10n, null, {}]) {
      assertThrows(() => make({ create: true, size }), TypeError, "as its size must be an integer");
    }
    for (
      const name of ["", "a/b", "/a", "../a", ".", "..", "a\\b", "a\nb", "a\0b", "é".repeat(101)]
    ) {
      assertThrows(() => make({ name, create: true, size: 1 }), RangeError, "as its name must be");
      assertThrows(
        () => make({ name }),
        RangeError,
        "Cannot attach shared memory as its name must",
      );
    }
    for (const name of [5, null, {}]) {
      assertThrows(() => make({ name }), TypeError, "as its name must be a string");
    }
  });

  it("is not made where there is one, nor attached where there is none", async () => {
    const name = newName();
    const missing = `Cannot attach the shared memory "${name}" as there is none of that name`;
    assertThrows(() => new SharedMemory({ name }), Error, missing);
    assertEquals(await other.do(f.failureOf, name), missing);
    using memory = new SharedMemory({ name, create: true, size: 1 });
    assertThrows(
      () => new SharedMemory({ name, create: true, size: 1 }),
      Error,
      `Cannot create the shared memory "${name}" as there is one of that name`,
    );
    assertEquals(await other.do(f.failureOf, name), "");
    memory.buf[0] = 1;
  });

  it("travels as argument and result, at any depth", async () => {
    using memory = new SharedMemory({ create: true, size: 4 });
    assertEquals(await other.do(f.setByte, memory, 0, 7), 0);
    assertEquals(memory.buf[0], 7);
    const back = await other.do(f.identity, { deep: [memory, memory] }) as { deep: SharedMemory[] };
    const [one, two] = back.deep;
    assert(one === two && one instanceof Base);
    one!.buf[1] = 8;
    assertEquals([...memory.buf], [7, 8, 0, 0]);
    // A receiver's close is its own, and its dispose does not unlink.
    assertEquals(await other.do(f.close, memory), memory.name);
    one![Symbol.dispose]();
    assertEquals(memory.buf[1], 8);
    assertEquals(await other.do(f.failureOf, memory.name), "");
  });

  it("is not usable once it is closed", async () => {
    const memory = new SharedMemory({ create: true, size: 4 });
    const { name } = memory;
    using same = new SharedMemory({ name });
    memory.close();
    memory.close();
    assertThrows(() => memory.buf, Error, `Cannot use the shared memory "${name}" as it is closed`);
    assertEquals([memory.name, memory.size], [name, 4]);
    await assertRefused(
      () => other.do(f.identity, [memory]),
      "args[0][0] is a SharedMemory that is closed",
    );
    same.buf[0] = 1;
    memory.unlink();
    assertEquals(same.buf[0], 1);
  });

  it("loses its name to unlink, and is there for who has it", async () => {
    const memory = new SharedMemory({ create: true, size: 4 });
    const { name } = memory;
    using same = new SharedMemory({ name });
    await other.do(f.unlink, memory);
    assertMatch(await other.do(f.failureOf, name), /as there is none of that name$/);
    memory.buf[0] = 1;
    assertEquals(same.buf[0], 1);
    assertThrows(
      () => memory.unlink(),
      Error,
      `Cannot unlink the shared memory "${name}" as there is none`,
    );
    await assertRefused(
      () => other.do(f.identity, memory),
      "args[0] is a SharedMemory whose name was",
    );
    // The name is free for another.
    using next = new SharedMemory({ name, create: true, size: 2 });
    assertEquals([...next.buf], [0, 0]);
    memory[Symbol.dispose]();
    assertEquals(await other.do(f.failureOf, name), "");
  });

  it("is unlinked by the dispose of who made it, and of nobody else", () => {
    const memory = new SharedMemory({ create: true, size: 4 });
    const { name } = memory;
    new SharedMemory({ name })[Symbol.dispose]();
    assert(isThere(name));
    memory[Symbol.dispose]();
    assertThrows(() => new SharedMemory({ name }), Error, "none of that name");
    memory[Symbol.dispose]();
  });

  it("that a child made outlives the child", async () => {
    const makers = new Pool(1);
    const memory = await makers.apply(f.makeMemory, [method, 3]);
    makers.close();
    await makers.join();
    assertEquals([...memory.buf], [7, 7, 7]);
    assertEquals(await other.do(f.setByteOf, memory.name, 1, 8), 7);
    assertEquals([...memory.buf], [7, 8, 7]);
    memory.unlink();
    memory.close();
  });
});

describe("Programs with shared memory", () => {
  noLeaks();
  const leave = new URL("programs/leave.ts", import.meta.url);

  for (const method of methods) {
    for (
      const [end, code] of [
        ["return", 0],
        ["exit", 3],
        ["error", 1],
        ["child", 0],
        ["exit after child", 3],
      ] as const
    ) {
      it(`leave no name behind: ${end} [${method}]`, async () => {
        const name = newName();
        const result = await runProgram(leave, { args: [end, name, method] });
        assertEquals(result.code, code, result.output);
        await until(() => !isThere(name), "the name is gone");
      });
    }

    for (const end of ["killed", "killed while busy", "killed child"]) {
      it(`leave no name behind: ${end} [${method}]`, async () => {
        if (process.platform !== "linux") return;
        const name = newName();
        const [command, ...args] = runtimeCommand(leave);
        const program = spawn(command!, [...args, end, name, method], { stdio: "ignore" });
        const ended = new Promise((resolve) => program.once("close", resolve));
        try {
          // Killed as soon as anybody can see the memory.
          await until(() => isThere(name), "the memory is there");
          program.kill("SIGKILL");
          await until(() => !isRunning(program.pid!), "the program is gone");
          await until(() => !isThere(name), "the name is gone");
          await ended;
        } finally {
          program.kill("SIGKILL");
          fs.rmSync(`/dev/shm/${name}`, { force: true });
        }
      });
    }
  }

  it("add to one number from three runtimes, and lose nothing", async () => {
    const found = ["deno", "bun", "node26", "node24"].map((name) => findRuntime(name));
    const runtimes = found.filter((each) => each !== undefined);
    if (runtimes.length < 3) return console.log("Skipped: not all runtimes are here");
    const times = 200_000;
    using memory = new SharedMemory({ create: true, size: 8 });
    const words = new Int32Array(memory.buf.buffer, memory.buf.byteOffset, 2);
    const file = fileURLToPath(new URL("programs/add.ts", import.meta.url));
    const results = await Promise.all(runtimes.map(({ name, path }) => {
      const words = [file, memory.name, String(times), String(runtimes.length)];
      return runCommand(path, [...runWords[name] ?? [], ...words], { timeout: 60_000 });
    }));
    assertEquals(results.map(({ code, output }) => [code, output]), runtimes.map(() => [0, ""]));
    assertEquals([...words], [times * runtimes.length, runtimes.length]);
  });

  it("share it with Python", () => {
    using memory = new SharedMemory({ create: true, size: 100 });
    memory.buf[1] = 41;
    const script = [
      "import sys",
      "from multiprocessing import resource_tracker, shared_memory",
      // Until Python 3.13 who attaches unlinks at its end, too.
      "resource_tracker.register = lambda *_: None",
      "memory = shared_memory.SharedMemory(sys.argv[1])",
      "memory.buf[0] = memory.buf[1] + 1",
      "print(memory.size)",
      "memory.close()",
    ];
    const result = spawnSync("python3", ["-c", script.join("\n"), memory.name], {
      encoding: "utf8",
    });
    if (result.error !== undefined || process.platform !== "linux") {
      return console.log("Skipped: there is no Python here, or no /dev/shm");
    }
    assertEquals([result.stdout, result.stderr], ["100\n", ""]);
    assertEquals(memory.buf[0], 42);
  });

  it("share it among threads where no file can be mapped", async () => {
    if (runtime !== "deno") return console.log("Skipped: here files can be mapped");
    const missing = 'Cannot attach the shared memory "a piece" as there is none of that name';
    const lines = await linesOf(new URL("programs/threads.ts", import.meta.url), {
      flags: ["--allow-read"],
    });
    assertEquals(lines, [
      "10 10 true 20",
      "0 5",
      "6 true",
      "9",
      'Cannot create the shared memory "a piece" as there is one of that name',
      missing.replace("attach", "unlink"),
      missing,
      "6",
      'Cannot use the shared memory "a piece" as it is closed',
      "1",
      "Cannot share memory by name as that needs files that Deno refuses: allow it with --allow-all",
    ]);
  });
});
