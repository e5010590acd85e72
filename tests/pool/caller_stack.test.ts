/** The stack of a task's error, which also tells where the task was called from. */

import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { getContext, type Pool, WorkerLostError } from "../../mod.ts";
import type { ProcessPoolExecutor } from "../../futures.ts";
import { makeExecutor } from "../futures/make_executor.ts";
import { forEachMethod, runtime } from "../harness.ts";
import { Folder } from "../process/scratch.ts";
import * as f from "./fixtures.ts";
import { makePool } from "./make_pool.ts";

/** What an action throws. */
async function errorOf(action: () => unknown): Promise<Error> {
  try {
    await action();
  } catch (error) {
    assert(error instanceof Error);
    return error;
  }
  throw new Error("It did not throw");
}

/**
 * Checks that a stack tells the worker's part first, then once who has called, and gives the
 * latter.
 */
function callersIn(error: Error, worker = "throwOdd"): string {
  const parts = error.stack!.split("\nCalled from:\n");
  assertEquals(parts.length, 2, error.stack);
  assertStringIncludes(parts[0]!, worker);
  for (const line of parts[1]!.split("\n")) assertStringIncludes(line, "at async ");
  return parts[1]!;
}

/** Each way to make a call that throws for 3, from a function that has a name. */
const calls: Readonly<Record<string, (pool: Pool) => Promise<unknown>>> = {
  apply: async function callApply(pool) {
    await pool.apply(f.throwOdd, [3]);
  },
  "applyAsync().get()": async function callGet(pool) {
    await pool.applyAsync(f.throwOdd, [3]).get();
  },
  "applyAsync().get() in time": async function callGetWithin(pool) {
    await pool.applyAsync(f.throwOdd, [3]).get({ timeout: 20_000 });
  },
  map: async function callMap(pool) {
    await pool.map(f.throwOdd, [2, 3, 4], { chunkSize: 1 });
  },
  "map in one chunk": async function callMapOnce(pool) {
    await pool.map(f.throwOdd, [2, 3, 4], { chunkSize: 3 });
  },
  starmap: async function callStarmap(pool) {
    await pool.starmap(f.throwOdd, [[2], [3]]);
  },
  imap: async function callImap(pool) {
    for await (const _ of pool.imap(f.throwOdd, [2, 3]));
  },
  "imap().next() of what is there": async function callNext(pool) {
    const results = pool.imap(f.throwOdd, [3, 2]);
    await pool.apply(f.nothing);
    await results.next();
  },
};

const executorCalls: Readonly<Record<string, (of: ProcessPoolExecutor) => Promise<unknown>>> = {
  "result()": async function callResult(executor) {
    await executor.submit(f.throwOdd, 3).result();
  },
  "exception()": async function callException(executor) {
    throw await executor.submit(f.throwOdd, 3).exception();
  },
  map: async function callExecutorMap(executor) {
    for await (const _ of executor.map(f.throwOdd, [2, 3]));
  },
};

/** Awaiting something that is no promise leaves no trace for Bun's engine. */
const thenables: Readonly<Record<string, (pool: Pool, of: ProcessPoolExecutor) => unknown>> = {
  "await result": async function callResultItself(pool) {
    await pool.applyAsync(f.throwOdd, [3]);
  },
  "await future": async function callFutureItself(_, executor) {
    await executor.submit(f.throwOdd, 3);
  },
};

async function outermost(action: () => unknown): Promise<void> {
  await action();
}

forEachMethod("The stack of a task's error", (method) => {
  it("tells who has called a pool", async () => {
    await using pool = makePool(method, 1);
    for (const [name, call] of Object.entries(calls)) {
      const callers = callersIn(await errorOf(() => outermost(() => call(pool))));
      assertStringIncludes(callers, call.name, name);
      assertStringIncludes(callers, "outermost", name);
      assertStringIncludes(callers, "caller_stack.test.ts", name);
    }
  });

  it("tells who has called an executor", async () => {
    await using executor = makeExecutor(method, { maxWorkers: 1 });
    for (const [name, call] of Object.entries(executorCalls)) {
      const callers = callersIn(await errorOf(() => call(executor)));
      assertStringIncludes(callers, call.name, name);
    }
  });

  it("tells who awaits a result or a future as it is", { ignore: runtime === "bun" }, async () => {
    await using pool = makePool(method, 1);
    await using executor = makeExecutor(method, { maxWorkers: 1 });
    for (const [name, call] of Object.entries(thenables)) {
      const callers = callersIn(await errorOf(() => call(pool, executor)));
      assertStringIncludes(callers, call.name, name);
    }
  });

  it("tells who has called a managed object", async () => {
    await using manager = new (getContext(method).Manager)();
    const list = manager.list([1]);
    async function callPop(): Promise<void> {
      await list.pop(5);
    }
    const pop = await errorOf(callPop);
    assertStringIncludes(callersIn(pop, pop.message), "callPop");
    using pool = manager.Pool(1);
    async function callManaged(): Promise<void> {
      await pool.apply(f.throwOdd, [3]);
    }
    async function callManagedMap(): Promise<void> {
      await pool.map(f.throwOdd, [2, 3]);
    }
    for (const call of [callManaged, callManagedMap]) {
      assertStringIncludes(callersIn(await errorOf(call)), call.name);
    }
    await pool.terminate();
  });

  it("tells whose task lost its worker", async () => {
    await using pool = makePool(method, 1);
    using folder = new Folder();
    const file = folder.file("dead");
    async function callDeadly(): Promise<void> {
      await pool.apply(f.die, [file, "exit"]);
    }
    const error = await errorOf(callDeadly);
    assert(error instanceof WorkerLostError);
    assertStringIncludes(callersIn(error, error.message), "callDeadly");
  });

  it("is told once, however often it is asked for", async () => {
    await using pool = makePool(method, 1);
    const result = pool.applyAsync(f.throwOdd, [3]);
    const errors = await Promise.all([1, 2, 3].map(() => errorOf(() => result.get())));
    assertEquals(new Set(errors).size, 1);
    callersIn(await errorOf(() => result.get()));
  });

  it("leaves what belongs to others as it is", async () => {
    await using pool = makePool(method, 1);
    const reason = new Error("expected: aborted by the test");
    const { stack } = reason;
    const controller = new AbortController();
    const aborted = pool.apply(f.nothing, [], { signal: controller.signal });
    controller.abort(reason);
    assertEquals(await errorOf(() => aborted), reason);
    assertEquals(reason.stack, stack);
    const thrown = await Promise.allSettled([pool.apply(f.throwValue, ["text"])]);
    assertEquals(thrown[0].status === "rejected" && thrown[0].reason, "text");
  });

  it("has no callers where a program wants no stacks", async () => {
    await using pool = makePool(method, 1);
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      const error = await errorOf(() => pool.apply(f.throwOdd, [3]));
      assertEquals(error.stack!.includes("Called from"), false);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  });
});
