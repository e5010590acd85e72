import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { linesOf, methods, noLeaks, runtime } from "../harness.ts";
import { Folder, linesIn } from "../process/scratch.ts";
import { RunningProgram } from "../running.ts";

/** Signals the whole group of a service once its tasks run, and gives what it said. */
async function drain(method: string, signals: readonly NodeJS.Signals[]): Promise<string> {
  using folder = new Folder();
  const args = [method, folder.file("lines"), String(signals.length)];
  await using service = new RunningProgram(new URL("programs/drain.ts", import.meta.url), args);
  await service.until("begun");
  for (const signal of signals) service.signal(signal);
  return await service.end();
}

describe("A signal to the whole group", () => {
  noLeaks();

  for (const method of methods) {
    for (const signals of [["SIGINT"], ["SIGTERM"], ["SIGHUP"], ["SIGINT", "SIGTERM"]] as const) {
      it(`costs no task of a program that drains: ${signals.join(", ")} [${method}]`, async () => {
        assertEquals(await drain(method, signals), "begun\ndone done done 2\nexit code 0");
      });
    }
  }
});

describe("Pool.terminate()", () => {
  noLeaks();
  const program = new URL("programs/handlers.ts", import.meta.url);
  /** What the program says of its pool, without the worker's id, and what was noted in the file. */
  const run = async (...args: string[]): Promise<string[]> => {
    using folder = new Folder();
    const [what, ...rest] = args;
    const lines = await linesOf(program, { args: [what!, folder.file("lines"), ...rest] });
    const handled = linesIn(folder.file("lines")).filter((line) => line === "handled");
    return [...lines.slice(1), ...handled];
  };
  const ways = runtime === "deno" ? ["node", "deno"] : ["node"];

  it("ends a worker that handles no signal, waiting or busy", async () => {
    assertEquals(await run("wait"), ["CancelledError"]);
    assertEquals(await run("spin"), ["CancelledError"]);
  });

  for (const way of ways) {
    it(`calls what a task, or an initializer, has it handle SIGTERM with [${way}]`, async () => {
      assertEquals(await run("task", way), ["CancelledError", "handled"]);
      assertEquals(await run("initializer", way), ["CancelledError", "handled"]);
    });
  }

  it("is not needed for a worker's own handler to be called", async () => {
    assertEquals(await run("task", "outside"), ["WorkerLostError", "handled"]);
  });
});

describe("A process that handles SIGTERM", () => {
  noLeaks();
  const program = new URL("programs/stubborn.ts", import.meta.url);

  it("is given the time that it takes, and tells its own exit code", async () => {
    assertEquals(await linesOf(program, { args: ["clean"] }), ["cleaning", "7"]);
  });

  it("is signalled as often as its parent likes, and killed", async () => {
    assertEquals(await linesOf(program, { args: ["ignore"] }), ["again again", "-9"]);
  });

  it("keeps the system's behaviour otherwise", async () => {
    for (const [signal, code] of [["SIGINT", -2], ["SIGTERM", -15], ["SIGHUP", -1]] as const) {
      assertEquals(await linesOf(program, { args: ["plain", signal] }), [`${code}`]);
    }
  });
});
