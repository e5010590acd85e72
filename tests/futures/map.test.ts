import { afterAll, beforeAll, it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { CancelledError, type ProcessPoolExecutor, TimeoutError } from "../../futures.ts";
import { forEachMethod, rounds } from "../harness.ts";
import { Folder, linesIn, until } from "../process/scratch.ts";
import * as f from "../pool/fixtures.ts";
import { Gate, makeExecutor } from "./make_executor.ts";

async function* later<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) yield await item;
}

/** An input that tells what was done with it. */
class Watched implements IterableIterator<number> {
  read = 0;
  closed = 0;
  next(): IteratorResult<number> {
    return { done: false, value: ++this.read };
  }
  return(): IteratorResult<number> {
    this.closed++;
    return { done: true, value: undefined };
  }
  [Symbol.iterator](): this {
    return this;
  }
}

forEachMethod("An executor's map", (method) => {
  let executor: ProcessPoolExecutor;
  beforeAll(async () => {
    executor = makeExecutor(method, { maxWorkers: 1 });
    await executor.submit(f.nothing);
  });
  afterAll(() => executor.shutdown());

  it("gives results in order, typed by its function, until the shortest input ends", async () => {
    const sums: number[] = await Array.fromAsync(executor.map(f.add, [1, 2, 3], new Set([10, 20])));
    assertEquals(sums, [11, 22]);
    const squares: number[] = await Array.fromAsync(executor.map(f.squareLater, [3, 1, 2]));
    assertEquals(squares, [9, 1, 4]);
    const inline: string[] = await Array.fromAsync(executor.map((s, n) => s + n, "abc", [1, 2, 3]));
    assertEquals(inline, ["a1", "b2", "c3"]);
    const power = (x: number, n = 2): number => x ** n;
    const some: number[] = await Array.fromAsync(executor.map(power, [1, 2, 3], { chunkSize: 2 }));
    assertEquals(some, [1, 4, 9]);
    assertEquals(await Array.fromAsync(executor.map(f.square, [])), []);
    // @ts-expect-error: strings are no numbers.
    assertEquals(await Array.fromAsync(executor.map(f.square, ["2"])), [4]);
  });

  it("closes the inputs that are longer", async () => {
    const endless = new Watched();
    const results = executor.map(f.add, endless, [10, 20]);
    assertEquals([endless.read, endless.closed], [3, 1]);
    assertEquals(await Array.fromAsync(results), [11, 22]);
  });

  it("submits everything at the call", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    const items = [1, 2, 3];
    const results = executor.map(f.trace, [file, file, file], items);
    items.length = 0;
    await until(() => linesIn(file).length === 3, "all have run, and nobody asked");
    assertEquals(await Array.fromAsync(results), [1, 2, 3]);
  });

  it("sends calls in chunks", async () => {
    await using one = makeExecutor(method, { maxWorkers: 1, maxTasksPerChild: 1 });
    const items = [1, 2, 3, 4, 5];
    const names = await Array.fromAsync(one.map(f.workerName, items, { chunkSize: 3 }));
    const [first, second] = [names[0], names[3]];
    assertEquals(names, [first, first, first, second, second]);
    assert(first !== second);
  });

  it("ends with the first error, and cancels what has not begun", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    using gate = new Gate();
    const results = executor.map(f.throwOdd, [2, 1, 4]);
    assertEquals(await results.next(), { done: false, value: 2 });
    await executor.submit(f.nothing);
    const running = gate.submit(executor);
    await gate.untilReached(1);
    // Not called here before, so not known to be short: it is not sent ahead to the busy worker.
    const others = executor.map(f.traceAndSpin, [file, file], [1, 2], [0, 0]);
    await assertRejects(() => results.next(), RangeError, "1 is odd");
    assertEquals(await results.next(), { done: true, value: undefined });
    await assertRejects(
      () => Array.fromAsync(executor.map(f.throwOdd, [2, 4, 1, 6], { signal: aborted("early") })),
      Error,
      "early",
    );
    await others.return!();
    gate.open();
    await running;
    await executor.submit(f.nothing);
    assertEquals(linesIn(file), []);
  });

  it("cancels what has not begun when the loop is left", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    using gate = new Gate();
    const results = executor.map(f.trace, [file], [0]);
    assertEquals((await results.next()).value, 0);
    const running = gate.submit(executor);
    const never = executor.map(f.trace, Array<string>(20).fill(file), new Watched());
    const next = never.next();
    await gate.untilReached(1);
    assertEquals(await never.return!(), { done: true, value: undefined });
    assertEquals([(await next).done, (await never.next()).done], [true, true]);
    {
      // Disposed of, and nothing was ever taken.
      await using unused = executor.map(f.trace, [file], [2]);
      assert(unused !== undefined);
    }
    gate.open();
    await running;
    await executor.submit(f.nothing);
    assertEquals(linesIn(file), ["0"]);
  });

  it("gives up what has not come in its time", async () => {
    using gate = new Gate();
    using folder = new Folder();
    const file = folder.file("file");
    const running = gate.submit(executor);
    await gate.untilReached(1);
    for (const timeout of [0, 5]) {
      const results = executor.map(f.trace, [file, file], [1, 2], { timeout });
      await assertRejects(() => results.next(), TimeoutError, `after ${timeout} ms`);
      assertEquals((await results.next()).done, true);
    }
    const controller = new AbortController();
    const { signal } = controller;
    const results = executor.map(f.trace, [file, file], [1, 2], { signal, timeout: 30_000 });
    const next = results.next();
    controller.abort(new Error("enough"));
    await assertRejects(() => next, Error, "enough");
    gate.open();
    await running;
    await executor.submit(f.nothing);
    assertEquals(linesIn(file), []);
  });

  it("takes its turns one by one", async () => {
    const results = executor.map(f.squareLater, [1, 2, 3], { chunkSize: 2 });
    const steps = await Promise.all([1, 2, 3, 4, 5].map(() => results.next()));
    assertEquals(steps.map(({ done, value }) => done ? "done" : value), [1, 4, 9, "done", "done"]);
  });

  it("submits what asynchronous inputs give as they give it", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    async function* slow(): AsyncGenerator<number> {
      yield 1;
      yield await promise;
      yield 3;
    }
    const results = executor.map(f.add, slow(), [10, 20]);
    assertEquals((await results.next()).value, 11);
    const second = results.next();
    resolve(2);
    assertEquals((await second).value, 22);
    assertEquals((await results.next()).done, true);
    const chunked = executor.map(f.square, later([1, 2, 3]), { chunkSize: 2 });
    assertEquals(await Array.fromAsync(chunked), [1, 4, 9]);
  });

  it("gives the error of an asynchronous input in its place", async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      await null;
      throw new RangeError("no more");
    }
    const results = executor.map(f.square, broken());
    assertEquals((await results.next()).value, 1);
    await assertRejects(() => results.next(), RangeError, "no more");
    assertEquals((await results.next()).done, true);
    const refused = executor.map(f.identity, later<unknown>([1, () => {}]));
    assertEquals((await refused.next()).value, 1);
    await assertRejects(() => refused.next(), DOMException, "args[1] is a function");
  });

  it("closes an asynchronous input when the loop is left, and waits for none", async () => {
    const log: string[] = [];
    async function* endless(): AsyncGenerator<number> {
      try {
        for (let i = 0;; i++) {
          yield i;
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      } finally {
        log.push("closed");
      }
    }
    for await (const y of executor.map(f.square, endless())) if (y === 4) break;
    await until(() => log.length === 1, "the input is closed");
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const results = executor.map(f.square, silent, { timeout: 5 });
    await assertRejects(() => results.next(), TimeoutError);
    const never = executor.map(f.square, silent);
    await never.return!();
  });

  it("is waited for by a shutdown, or cancelled by it", async () => {
    const patient = makeExecutor(method, { maxWorkers: 1 });
    const results = patient.map(f.square, later([1, 2, 3]));
    await patient.shutdown();
    assertEquals(await Array.fromAsync(results), [1, 4, 9]);
    const hasty = makeExecutor(method, { maxWorkers: 1 });
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const none = hasty.map(f.square, silent);
    await hasty.shutdown({ cancelFutures: true });
    await assertRejects(() => none.next(), CancelledError);
  });

  it("refuses what is wrong at the call, and has submitted nothing", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    const { map } = executor as unknown as Record<string, (...args: unknown[]) => unknown>;
    const call = (...args: unknown[]) => () => map!.apply(executor, args);
    assertThrows(call("square", [1]), TypeError, 'fn must be a function: received "square"');
    assertThrows(call(f.square), TypeError, "there is no input");
    assertThrows(call(f.square, { timeout: 1 }), TypeError, "there is no input");
    assertThrows(call(f.square, 5), TypeError, "must be iterable: received 5");
    assertThrows(call(f.add, [1], { a: 1 }), TypeError, "must be iterable: received [object");
    assertThrows(call(f.square, { timeout: 1 }, [1]), TypeError, "must be iterable");
    assertThrows(call(f.square, [1], { timeout: "1" }), TypeError, 'received "1"');
    assertThrows(call(f.square, [1], { chunkSize: 0 }), RangeError, "received 0");
    assertThrows(call(f.square, [1], { chunkSize: "2" }), TypeError, 'received "2"');
    const error = assertThrows(call(f.trace, [file, file], [1, () => {}]), DOMException);
    assertStringIncludes(error.message, "is a function");
    function* broken(): Generator<number> {
      yield 1;
      throw new RangeError("no more");
    }
    assertThrows(call(f.trace, [file, file], broken()), RangeError, "no more");
    await executor.submit(f.nothing);
    assertEquals(linesIn(file), []);
  });

  it("gives what calls one by one would give", async () => {
    const input = fc.record({
      items: fc.array(fc.integer(), { maxLength: 20 }),
      isAsync: fc.boolean(),
    });
    const inputs = fc.array(input, { minLength: 1, maxLength: 3 });
    const chunkSize = fc.option(fc.integer({ min: 1, max: 25 }), { nil: undefined });
    const taken = fc.option(fc.nat(20), { nil: Infinity });
    await fc.assert(
      fc.asyncProperty(inputs, chunkSize, taken, async (inputs, chunkSize, taken) => {
        const length = Math.min(...inputs.map(({ items }) => items.length));
        const expected = Array.from({ length }, (_, i) => inputs.map(({ items }) => items[i]));
        const given = inputs.map(({ items, isAsync }) => isAsync ? later(items) : items);
        const results = executor.map(f.listArguments, ...given, { chunkSize });
        const seen: unknown[] = [];
        if (taken > 0) {
          for await (const row of results) if (seen.push(row) >= taken) break;
        }
        assertEquals(seen, expected.slice(0, taken));
      }),
      { numRuns: rounds(25) },
    );
  });
});

function aborted(message: string): AbortSignal {
  return AbortSignal.abort(new Error(message));
}
