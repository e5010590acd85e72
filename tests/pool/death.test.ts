import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import {
  activeChildren,
  type AsyncResult,
  type Pool,
  type StartMethod,
  WorkerLostError,
} from "../../mod.ts";
import { forEachMethod, runtime } from "../harness.ts";
import { Folder, linesIn, until, untilLines } from "../process/scratch.ts";
import { makePool } from "./make_pool.ts";
import * as f from "./fixtures.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** How each death is told, by start method; `undefined`: the two have nothing of the kind. */
const exitCodes: Record<f.Death, Record<StartMethod, number> | undefined> = {
  exit: { worker: 3, process: 3 },
  SIGKILL: { worker: NaN, process: -9 },
  throw: { worker: 1, process: 1 },
  rejection: { worker: 1, process: 1 },
  memory: { worker: NaN, process: NaN },
  spin: undefined,
  wait: undefined,
};

/** Checks what a task's promise was rejected with when its worker died. */
async function assertLost(
  result: PromiseLike<unknown>,
  death: f.Death,
  method: StartMethod,
  pid: string | undefined,
): Promise<WorkerLostError> {
  const error = await assertRejects(() => Promise.resolve(result), WorkerLostError);
  assertEquals(String(error.pid), pid);
  assertEquals(typeof error.exitCode, "number");
  assertNotEquals(error.exitCode, 0);
  const expected = exitCodes[death]![method];
  if (!Number.isNaN(expected)) assertEquals(error.exitCode, expected);
  return error;
}

/** Runs many tasks with side effects, of which one brings its worker down. */
async function killInTheMiddle(pool: Pool, method: StartMethod, death: f.Death): Promise<void> {
  using folder = new Folder();
  const file = folder.file("file");
  const [count, killer] = [1000, 500];
  const before = await stableChildren(pool);
  const results: AsyncResult<number>[] = range(count).map((x) =>
    pool.applyAsync<[string, number, number, f.Death], number | Promise<never>>(
      f.traceOrDie,
      [file, x, killer, death],
    )
  );
  const settled = await Promise.allSettled(results);
  const lines = linesIn(file);
  const killed = lines.find((line) => line.startsWith(death));
  await assertLost(results[killer]!, death, method, killed?.split(" ")[1]);
  for (const [x, outcome] of settled.entries()) {
    if (x === killer) continue;
    assertEquals(outcome.status, "fulfilled", `task ${x}: ${JSON.stringify(outcome)}`);
    assertEquals((outcome as { value: unknown }).value, x);
  }
  const ran = lines.filter((line) => line !== killed).map(Number).sort((a, b) => a - b);
  assertEquals(ran, range(count).filter((x) => x !== killer), "each has run exactly once");
  assertEquals(await stableChildren(pool), before);
}

/** How many children there are once what ends has ended and what replaces it can be spoken to. */
async function stableChildren(pool: Pool): Promise<number> {
  assertEquals(await pool.apply(f.square, [3]), 9);
  return activeChildren().length;
}

forEachMethod("A pool's worker that dies", (method) => {
  const deaths: f.Death[] = method === "worker"
    ? ["exit", "throw", "rejection"]
    : ["exit", "throw", "rejection", "SIGKILL"];

  for (const death of deaths) {
    it(`costs the running task alone, of 1000 outstanding: ${death}`, async () => {
      await using pool = makePool(method, 4);
      await killInTheMiddle(pool, method, death);
    });
  }

  for (const death of deaths.filter((death) => death === "exit" || death === "SIGKILL")) {
    it(`costs the running task alone in the middle of a batch of tiny ones: ${death}`, async () => {
      await using pool = makePool(method, 1);
      // Tasks that are known to be tiny are sent many at a time.
      using folder = new Folder();
      const warm = folder.file("warm");
      const call = [warm, 0, -1, death] as [string, number, number, f.Death];
      for (let i = 0; i < 3; i++) {
        await Promise.all(range(50).map(() => pool.apply(f.traceOrDie, call)));
      }
      await killInTheMiddle(pool, method, death);
    });

    it(`costs a map the chunk, and the pool goes on: ${death}`, async () => {
      using folder = new Folder();
      const file = folder.file("file");
      await using pool = makePool(method, 2);
      const items = range(40).map((x) => [file, x, 17, death] as [string, number, number, f.Death]);
      const mapping = pool.starmapAsync(f.traceOrDie, items, { chunkSize: 1 });
      await assertRejects(() => mapping.get(), WorkerLostError);
      const ran = linesIn(file).filter((line) => !line.startsWith(death)).map(Number);
      assertEquals(ran.sort((a, b) => a - b), range(40).filter((x) => x !== 17));
      assertEquals(await pool.map(f.square, range(20)), range(20).map((x) => x * x));
    });
  }

  it("is told by imap() in its place", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    await using pool = makePool(method, 2);
    const results = pool.imap(f.exitOn, range(30).map((x): [string, number] => [file, x]));
    const seen: unknown[] = [];
    for (let i = 0; i < 30; i++) {
      await results.next().then(
        ({ value }) => seen.push(value),
        (error: Error) => seen.push(error.name),
      );
    }
    assertEquals(seen, range(30).map((x) => x === 13 ? "WorkerLostError" : x));
    assertEquals((await results.next()).done, true);
  });

  it("is told with the uncaught error as the cause", async () => {
    using folder = new Folder();
    await using pool = makePool(method, 1);
    for (const [how, message] of [["throw", "thrown"], ["rejection", "rejected"]] as const) {
      const error = await assertRejects(
        () => pool.apply(f.die, [folder.file("file"), how]),
        WorkerLostError,
      );
      assertInstanceOf(error.cause, f.ShapeError);
      assertEquals(error.cause.message, `${message} outside the task`);
    }
  });

  it("costs nothing when it dies between two tasks", async () => {
    await using pool = makePool(method, 2);
    for (let round = 0; round < 3; round++) {
      const pid = await pool.apply(f.exitSoon);
      await until(
        () => !activeChildren().some((child) => child.pid === pid),
        "the worker has ended",
      );
      assertEquals(await pool.map(f.square, range(10)), range(10).map((x) => x * x));
      assertEquals(activeChildren().length, 2);
    }
  });

  for (const [kind, task] of [["waits", f.waitForEver], ["never yields", f.spinForEver]] as const) {
    for (const how of ["terminate", "kill"] as const) {
      it(`from outside by ${how}() costs the running task alone, which ${kind}`, async () => {
        using folder = new Folder();
        const file = folder.file("file");
        await using pool = makePool(method, 4);
        const before = activeChildren().length;
        const running = pool.applyAsync(task, [file]);
        const others = range(1000).map((x) => pool.applyAsync(f.square, [x]));
        const [pid] = await untilLines(file, 1);
        const victim = activeChildren().find((child) => String(child.pid) === pid);
        assert(victim !== undefined);
        // A task that runs and does not end must not have others wait behind it.
        const half = await Promise.all(others.slice(0, 500));
        victim[how]();
        const error = await assertRejects(() => running.get(), WorkerLostError);
        assertEquals(String(error.pid), pid);
        assertEquals(error.exitCode, how === "kill" ? -9 : -15);
        const rest = await Promise.all(others.slice(500));
        assertEquals([...half, ...rest], range(1000).map((x) => x * x));
        await stableChildren(pool);
        assertEquals(activeChildren().length, before);
      });
    }
  }

  it("may be all of them at once", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    await using pool = makePool(method, 4);
    const running = range(4).map(() => pool.applyAsync(f.waitForEver, [file]));
    const others = range(100).map((x) => pool.applyAsync(f.square, [x]));
    const pids = await untilLines(file, 4);
    assertEquals(new Set(pids).size, 4);
    for (const child of activeChildren()) child.kill();
    for (const result of running) await assertRejects(() => result.get(), WorkerLostError);
    assertEquals(await Promise.all(others), range(100).map((x) => x * x));
    assertEquals(activeChildren().length, 4);
  });

  it("before it was ready costs nothing", async () => {
    await using pool = makePool(method, 2);
    for (const child of activeChildren()) child.kill();
    assertEquals(await pool.map(f.square, range(10)), range(10).map((x) => x * x));
    assertEquals(activeChildren().length, 2);
  });

  it("again and again is replaced again and again", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    await using pool = makePool(method, 2);
    for (let i = 0; i < 4; i++) {
      await assertRejects(() => pool.apply(f.die, [file, "exit"]), WorkerLostError);
    }
    assertEquals(new Set(linesIn(file)).size, 4);
    assertEquals(await pool.apply(f.square, [3]), 9);
  });

  it("takes nothing along that it has finished", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    await using pool = makePool(method, 1);
    await Promise.all(range(100).map((x) => pool.apply(f.square, [x])));
    for (let round = 0; round < 5; round++) {
      const before = range(30).map((x) => pool.applyAsync(f.square, [x]));
      const fatal = pool.applyAsync(f.die, [file, "exit"]);
      const behind = range(30).map((x) => pool.applyAsync(f.square, [x]));
      assertEquals(await Promise.all(before), range(30).map((x) => x * x));
      await assertRejects(() => fatal.get(), WorkerLostError);
      assertEquals(await Promise.all(behind), range(30).map((x) => x * x));
    }
  });
});

describe("A pool's worker process that runs out of memory", () => {
  // Bun's engine throws where it has no memory left, and knows no limit of its own.
  it(`costs the running task alone`, { ignore: runtime === "bun" }, async () => {
    const name = runtime === "deno" ? "DENO_V8_FLAGS" : "NODE_OPTIONS";
    const before = process.env[name];
    process.env[name] = "--max-old-space-size=64";
    try {
      await using pool = makePool("process", 4);
      await killInTheMiddle(pool, "process", "memory");
    } finally {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    }
  });
});

forEachMethod("A task that never returns", (method) => {
  it("is ended by its signal among 1000 outstanding, and costs no other", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    await using pool = makePool(method, 4);
    const controller = new AbortController();
    const spinning = pool.applyAsync(f.spinForEver, [file], { signal: controller.signal });
    const others = range(1000).map((x) => pool.applyAsync(f.trace, [folder.file("traced"), x]));
    await untilLines(file, 1);
    controller.abort();
    assertEquals((await assertRejects(() => spinning.get(), DOMException)).name, "AbortError");
    assertEquals(await Promise.all(others), range(1000));
    assertEquals(linesIn(folder.file("traced")).length, 1000);
    await stableChildren(pool);
    assertEquals(activeChildren().length, 4);
  });

  it("holds up none that was sent to its worker before it was known to be long", async () => {
    using folder = new Folder();
    const [file, traced] = [folder.file("file"), folder.file("traced")];
    await using pool = makePool(method, 2);
    const call = (x: number, death: f.Death): [string, number, number, f.Death] => [
      traced,
      x,
      -1,
      death,
    ];
    for (let i = 0; i < 3; i++) {
      await Promise.all(range(50).map((x) => pool.apply(f.traceOrDie, call(x, "spin"))));
    }
    const results = range(200).map((x) =>
      pool.applyAsync<[string, number, number, f.Death], number | Promise<never>>(
        f.traceOrDie,
        [x === 20 ? file : traced, x, 20, "spin"],
      )
    );
    const others = results.filter((_, x) => x !== 20);
    assertEquals(await Promise.all(others), range(200).filter((x) => x !== 20));
    assertEquals(linesIn(traced).length, 150 + 199);
    const [line] = linesIn(file);
    const pid = line!.split(" ")[1]!;
    const victim = activeChildren().find((child) => String(child.pid) === pid);
    assertGreater(activeChildren().length, 1);
    victim!.kill();
    await assertRejects(() => results[20]!.get(), WorkerLostError);
  });
});
