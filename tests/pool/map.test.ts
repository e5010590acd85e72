// @runs-on every: a sample of this folder for Node 26

import { afterAll, beforeAll, it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { CancelledError, getContext, type Pool, TimeoutError } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import { addLine, Folder, linesIn } from "../process/scratch.ts";
import { makePool } from "./make_pool.ts";
import * as f from "./fixtures.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

async function* later<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await null;
    yield item;
  }
}

/** An input that throws behind some items, and tells whether it was closed. */
function* failing(items: number): Generator<number> {
  yield* range(items);
  throw new RangeError("from the input");
}

/** An input that gives two items, and then nothing for ever. */
class Silent implements AsyncIterableIterator<number> {
  read = 0;
  closed = 0;
  next(): Promise<IteratorResult<number>> {
    const value = ++this.read;
    return value < 3 ? Promise.resolve({ done: false, value }) : new Promise(() => {});
  }
  return(): Promise<IteratorResult<number>> {
    this.closed++;
    return Promise.resolve({ done: true, value: undefined });
  }
  [Symbol.asyncIterator](): this {
    return this;
  }
}

forEachMethod("Pool.map()", (method) => {
  let pool: Pool;
  beforeAll(async () => {
    pool = makePool(method);
    await pool.map(f.nothing, [1, 2, 3]);
  });
  afterAll(() => pool.terminate());

  it("gives the results in the order of the items", async () => {
    assertEquals(await pool.map(f.square, range(1000)), range(1000).map((x) => x * x));
  });

  it("gives nothing for nothing", async () => {
    assertEquals(await pool.map(f.square, []), []);
    assertEquals(await pool.map(f.square, later([])), []);
    assertEquals(await pool.starmap(f.add, []), []);
    assertEquals(await pool.mapAsync(f.square, []).get({ timeout: 30_000 }), []);
  });

  it("takes any iterable", async () => {
    assertEquals(await pool.map(f.square, new Set([1, 2, 3])), [1, 4, 9]);
    assertEquals(await pool.map(f.square, range(3).values()), [0, 1, 4]);
    assertEquals(await pool.map(f.square, new Uint8Array([3, 4])), [9, 16]);
    assertEquals(await pool.map(f.identity, "aé😀"), ["a", "é", "😀"]);
    assertEquals(await pool.map(f.square, later(range(50))), range(50).map((x) => x * x));
    assertEquals(await pool.starmap(f.add, new Map([[1, 2], [3, 4]])), [3, 7]);
  });

  it("calls async functions", async () => {
    assertEquals(await pool.map(f.squareLater, range(20)), range(20).map((x) => x * x));
  });

  it("passes each item as the only argument", async () => {
    assertEquals(await pool.map(f.listArguments, [1, [2, 3]]), [[1], [[2, 3]]]);
  });

  it("passes kwargs behind each item", async () => {
    const kwargs = { base: 2 };
    assertEquals(await pool.map(f.listArguments, [1, [2]], { kwargs }), [[1, kwargs], [
      [2],
      kwargs,
    ]]);
    const listed = await pool.starmap(f.listArguments, [[1, 2], []], { kwargs });
    assertEquals(listed, [[1, 2, kwargs], [kwargs]]);
  });

  it("is typed by a function that takes kwargs, of any type of object", async () => {
    const kwargs: f.Scale = { factor: 2 };
    const results: number[] = await pool.map(f.scale, [1, 2], { kwargs });
    assertEquals(results, [2, 4]);
    assertEquals(await pool.mapAsync(f.scale, later([1]), { kwargs, callback: Object }), [2]);
    const iterated: number[] = await Array.fromAsync(pool.imap(f.scale, [1, 2], { kwargs }));
    assertEquals(iterated, [2, 4]);
    assertEquals(await Array.fromAsync(pool.imapUnordered(f.scale, [3], { kwargs })), [6]);
    assertEquals(await pool.map((x: number, { factor }: f.Scale) => x + factor, [1], { kwargs }), [
      3,
    ]);
    assertEquals(await pool.apply(f.scale, [1], { kwargs }), 2);
    assertEquals(await pool.starmap(f.scale, [[1]], { kwargs }), [2]);
    // @ts-expect-error: what it takes is missing.
    await assertRejects(() => pool.map(f.scale, [1]), TypeError);
    // @ts-expect-error: that is not what it takes.
    assertEquals(await pool.map(f.scale, [1], { kwargs: { factor: "3" } }), [3]);
  });

  it("makes each item of starmap() the arguments of a call", async () => {
    assertEquals(await pool.starmap(f.add, [[1, 2], [3, 4]]), [3, 7]);
    assertEquals(await pool.starmap(f.listArguments, [[], [1], [1, 2, 3]]), [[], [1], [1, 2, 3]]);
    assertEquals(await pool.starmapAsync(f.add, later([[1, 2] as const])), [3]);
    const wrong = [[1, 2], 7] as never[];
    const message = "Cannot starmap as an item must be iterable: received 7";
    await assertRejects(() => pool.starmap(f.add, wrong), TypeError, message);
    await assertRejects(
      () => pool.starmap(f.scale, wrong, { kwargs: { by: 2 } }),
      TypeError,
      message,
    );
  });

  it("gives the same for every chunk size", async () => {
    const expected = range(23).map((x) => x * x);
    for (const chunkSize of [1, 2, 7, 22, 23, 24, 1000]) {
      assertEquals(await pool.map(f.square, range(23), { chunkSize }), expected);
      assertEquals(await pool.mapAsync(f.square, later(range(23)), { chunkSize }), expected);
    }
  });

  it("keeps undefined, and holes of results, apart from nothing", async () => {
    assertEquals(await pool.map(f.nothing, range(3)), [undefined, undefined, undefined]);
    assertEquals(await pool.map(f.identity, [undefined, null]), [undefined, null]);
  });

  it("runs each item exactly once", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    await pool.starmap(f.trace, range(500).map((x) => [file, x] as const));
    const ran = linesIn(file).map(Number).sort((a, b) => a - b);
    assertEquals(ran, range(500));
  });

  it("rejects with the error of an item, and the pool goes on", async () => {
    const error = await assertRejects(() => pool.map(f.throwOdd, [0, 2, 3, 4]), RangeError);
    assertEquals(error.message, "3 is odd");
    assertEquals(await pool.map(f.throwOdd, [0, 2]), [0, 2]);
  });

  it("rejects once all chunks have ended, as in CPython", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    const items = range(40).map((x) => [file, x, -1, "exit"] as const);
    const failing = pool.starmapAsync(f.traceOrDie, [[0 as never], ...items] as never, {
      chunkSize: 1,
    });
    await assertRejects(() => failing.get());
    assertEquals(linesIn(file).length, 40);
  });

  it("rejects with the error of its input", async () => {
    await assertRejects(() => pool.map(f.square, later(failing(3))), RangeError, "from the input");
    await assertRejects(() => pool.map(f.square, failing(3)), RangeError, "from the input");
    assertEquals(await pool.map(f.square, [2]), [4]);
  });

  it("gives up an input that gives nothing, when the signal aborts or the pool is terminated", async () => {
    const input = new Silent();
    const reason = new Error("not needed");
    const aborted = pool.mapAsync(f.square, input, { signal: AbortSignal.abort(reason) });
    assertEquals(aborted.ready(), false);
    assertStrictEquals(await assertRejects(() => aborted.get()), reason);
    assertEquals(input.read, 0);
    const controller = new AbortController();
    const waiting = pool.map(f.square, input, { signal: controller.signal });
    await pool.apply(f.nothing);
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => waiting), reason);
    assertEquals([input.read, input.closed], [3, 1]);
    const other = makePool(method, 1);
    const cancelled = other.mapAsync(f.square, new Silent());
    const late = other.mapAsync(f.square, later([1]));
    const ending = other.terminate();
    await assertRejects(() => cancelled.get(), CancelledError);
    await assertRejects(() => late.get(), CancelledError);
    await ending;
  });

  it("moves what is transferred with the item that holds it", async () => {
    const sizes = range(9).map((n) => n + 1);
    for (const chunkSize of [1, 2, 9]) {
      const bytes = sizes.map((n) => new Uint8Array(n));
      const options = { transfer: bytes.slice(1).map(({ buffer }) => buffer), chunkSize };
      assertEquals(await pool.map(f.byteLength, bytes, options), sizes);
      assertEquals(bytes.map((some) => some.length), [1, 0, 0, 0, 0, 0, 0, 0, 0]);
      for (const kind of ["imap", "imapUnordered"] as const) {
        const more = sizes.map((n) => new Uint8Array(n));
        const transfer = more.map(({ buffer }) => buffer);
        const results = await Array.fromAsync(
          pool[kind](f.byteLength, more, { transfer, chunkSize }),
        );
        assertEquals(results.sort(), sizes);
        assert(more.every((some) => some.length === 0));
      }
    }
    const twice = new Uint8Array(1);
    const wrong = [{ transfer: [twice] }, { transfer: [twice.buffer], chunkSize: 1 }];
    for (const options of wrong as { transfer: ArrayBuffer[] }[]) {
      await assertRejects(() => pool.map(f.byteLength, [twice, twice], options), DOMException);
    }
  });

  it("refuses an item that cannot travel, and runs none", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    const items = [[file, 1], [file, () => {}]] as unknown as [string, number][];
    for (const input of [items, later(items)]) {
      const options = { chunkSize: 1 };
      const error = await assertRejects(() => pool.starmap(f.trace, input, options), DOMException);
      assertEquals(error.name, "DataCloneError");
      assertStringIncludes(error.message, "is a function");
    }
    assertEquals(await pool.map(f.square, [2]), [4]);
    assertEquals(linesIn(file), []);
  });

  it("rejects a result that cannot travel with its path", async () => {
    const error = await assertRejects(() => pool.map(f.giveFunction, [1]), DOMException);
    assertStringIncludes(error.message, "options.callback is a function");
  });

  it("carries many items", async () => {
    const items = range(100_000);
    const results = await pool.map(f.square, items);
    assertEquals(results.length, items.length);
    assert(results.every((value, x) => value === x * x));
  });

  it("lets several maps share the workers", async () => {
    const maps = range(8).map((n) => pool.map(f.add as never, [n], { kwargs: n as never }));
    const others = range(8).map((n) => pool.map(f.square, range(50).map((x) => x + n)));
    assertEquals((await Promise.all(maps)).length, 8);
    for (const [n, results] of (await Promise.all(others)).entries()) {
      assertEquals(results, range(50).map((x) => (x + n) ** 2));
    }
  });
});

forEachMethod("Pool.imap()", (method) => {
  let pool: Pool;
  beforeAll(async () => {
    pool = makePool(method);
    await pool.map(f.nothing, [1, 2, 3]);
  });
  afterAll(() => pool.terminate());

  /** An endless input that counts what was read of it, and whether it was closed. */
  class Endless implements IterableIterator<number> {
    read = 0;
    closed = 0;
    next(): IteratorResult<number> {
      return { done: false, value: this.read++ };
    }
    return(): IteratorResult<number> {
      this.closed++;
      return { done: true, value: undefined };
    }
    [Symbol.iterator](): this {
      return this;
    }
  }

  it("gives the results in the order of the items", async () => {
    const results = await Array.fromAsync(pool.imap(f.square, range(300)));
    assertEquals(results, range(300).map((x) => x * x));
  });

  it("gives nothing for nothing", async () => {
    assertEquals(await Array.fromAsync(pool.imap(f.square, [])), []);
    assertEquals(await Array.fromAsync(pool.imapUnordered(f.square, later([]))), []);
  });

  it("gives the same for every chunk size", async () => {
    const expected = range(23).map((x) => x * x);
    for (const chunkSize of [1, 2, 7, 23, 1000]) {
      const options = { chunkSize };
      assertEquals(await Array.fromAsync(pool.imap(f.square, range(23), options)), expected);
      const unordered = await Array.fromAsync(
        pool.imapUnordered(f.square, later(range(23)), options),
      );
      assertEquals(unordered.sort((a, b) => a - b), expected);
    }
  });

  it("takes async inputs and passes kwargs", async () => {
    const kwargs = { a: 1 };
    const results = pool.imap(f.listArguments, later([1, [2]]), { kwargs });
    assertEquals(await Array.fromAsync(results), [[1, kwargs], [[2], kwargs]]);
  });

  for (const kind of ["imap", "imapUnordered"] as const) {
    it(`reads an endless input only as results are taken (${kind})`, async () => {
      const input = new Endless();
      const results = pool[kind](f.square, input);
      const taken: number[] = [];
      for await (const value of results) {
        taken.push(value);
        if (taken.length === 1000) break;
      }
      if (kind === "imap") assertEquals(taken, range(1000).map((x) => x * x));
      assertEquals(new Set(taken).size, 1000);
      assert(input.read < 1000 + 1000, `read ${input.read}`);
      assertEquals(input.closed, 1);
      const { read } = input;
      await pool.map(f.square, range(10));
      assertEquals(input.read, read);
    });

    it(`reads a bounded number ahead of somebody who takes nothing (${kind})`, async () => {
      const input = new Endless();
      const results = pool[kind](f.square, input);
      await pool.map(f.square, range(100), { chunkSize: 1 });
      assert(input.read > 0 && input.read <= 1000, `read ${input.read}`);
      assertEquals(await results.return(), { done: true, value: undefined });
      assertEquals(input.closed, 1);
      assertEquals(await results.next(), { done: true, value: undefined });
    });

    it(`closes its input when the loop is left by an error (${kind})`, async () => {
      const input = new Endless();
      await assertRejects(async () => {
        for await (const _ of pool[kind](f.square, input)) throw new Error("out");
      }, Error);
      assertEquals(input.closed, 1);
    });

    it(`closes an async generator that waits (${kind})`, async () => {
      let closed = false;
      async function* input(): AsyncGenerator<number> {
        try {
          for (let i = 0;; i++) {
            await null;
            yield i;
          }
        } finally {
          closed = true;
        }
      }
      for await (const _ of pool[kind](f.square, input())) break;
      assert(closed);
    });

    it(`can be left while its input waits for ever (${kind})`, async () => {
      const gate = Promise.withResolvers<number>();
      async function* input(): AsyncGenerator<number> {
        yield* [1, 2];
        yield await gate.promise;
      }
      const results = pool[kind](f.square, input());
      let taken = 0;
      for await (const _ of results) if (++taken === 2) break;
      gate.reject(new Error("nobody is there to hear it"));
      await pool.apply(f.nothing);
      assertEquals(await results.next(), { done: true, value: undefined });
    });

    it(`gives the results before an error of the input, the error, then the end (${kind})`, async () => {
      for (const input of [failing(5), later(failing(5))]) {
        const results = pool[kind](f.square, input);
        const taken: number[] = [];
        let error: unknown;
        for (let i = 0; i < 6; i++) {
          try {
            const { value } = await results.next();
            taken.push(value!);
          } catch (thrown) {
            assertStrictEquals(error, undefined);
            error = thrown;
          }
        }
        assertInstanceOf(error, RangeError);
        assertEquals(taken.sort((a, b) => a - b), [0, 1, 4, 9, 16]);
        assertEquals(await results.next(), { done: true, value: undefined });
      }
    });

    it(`throws an item's error in its place and goes on (${kind})`, async () => {
      const results = pool[kind](f.throwOdd, range(6));
      const seen: unknown[] = [];
      for (;;) {
        try {
          const { done, value } = await results.next();
          if (done) break;
          seen.push(value);
        } catch (error) {
          assertInstanceOf(error, RangeError);
          seen.push(error.message);
        }
      }
      const expected = [0, "1 is odd", 2, "3 is odd", 4, "5 is odd"];
      if (kind === "imap") assertEquals(seen, expected);
      else assertEquals(new Set(seen), new Set(expected));
    });

    it(`throws for an item that cannot travel in its place (${kind})`, async () => {
      const results = pool[kind](f.identity, [1, () => {}, 3]);
      const seen: unknown[] = [];
      for (let i = 0; i < 3; i++) {
        await results.next().then(
          ({ value }) => seen.push(value),
          (error: DOMException) => seen.push(error.name),
        );
      }
      assertEquals(new Set(seen), new Set([1, "DataCloneError", 3]));
      assertEquals((await results.next()).done, true);
    });

    it(`ends with the reason when the signal aborts, whatever the input does (${kind})`, async () => {
      const reason = new Error("not needed");
      // Those that run lose their worker by it.
      await using pool = makePool(method, 1);
      for (const input of [new Silent(), new Endless()]) {
        const controller = new AbortController();
        const results = pool[kind](f.square, input, { signal: controller.signal });
        for (let i = 0; i < 2; i++) await results.next();
        const next = results.next();
        // It may have come, or not.
        next.catch(() => {});
        const { read } = input;
        controller.abort(reason);
        assertEquals(input.closed, 1);
        for (;;) {
          try {
            if ((await results.next()).done) break;
          } catch (error) {
            assertStrictEquals(error, reason);
          }
        }
        assertEquals(input.read, read);
      }
      const late = pool[kind](f.square, new Silent(), { signal: AbortSignal.abort(reason) });
      assertStrictEquals(await assertRejects(() => late.next()), reason);
      assertEquals(await late.next(), { done: true, value: undefined });
    });

    it(`serves concurrent next() calls in their order (${kind})`, async () => {
      const results = pool[kind](f.square, range(10));
      const steps = await Promise.all(range(12).map(() => results.next()));
      assertEquals(steps.map(({ done }) => done), range(12).map((i) => i >= 10));
      const values = steps.slice(0, 10).map(({ value }) => value!);
      if (kind === "imap") assertEquals(values, range(10).map((x) => x * x));
      else assertEquals(new Set(values), new Set(range(10).map((x) => x * x)));
    });

    it(`loses nothing by a next() that timed out (${kind})`, async () => {
      using folder = new Folder();
      const [file, gate] = [folder.file("file"), folder.file("gate")];
      const results = pool[kind](f.gateTask, [[file, gate, 1]]);
      await assertRejects(() => results.next({ timeout: 0 }), TimeoutError);
      await assertRejects(() => results.next({ timeout: 5 }), TimeoutError);
      const waiting = [results.next({ timeout: 10 }), results.next(), results.next()];
      await assertRejects(() => waiting[0]!, TimeoutError);
      addLine(gate, "open");
      assertEquals(await waiting[1], { done: false, value: 1 });
      assertEquals(await waiting[2], { done: true, value: undefined });
    });

    it(`can be left while somebody waits for it (${kind})`, async () => {
      using folder = new Folder();
      const [file, gate] = [folder.file("file"), folder.file("gate")];
      const results = pool[kind](f.gateTask, [[file, gate, 1]]);
      const waiting = results.next();
      await results.return();
      assertEquals(await waiting, { done: true, value: undefined });
      addLine(gate, "open");
      assertEquals(await pool.apply(f.square, [2]), 4);
    });
  }

  it("is unordered: a slow item does not hold up the others", async () => {
    using folder = new Folder();
    const [file, gate] = [folder.file("file"), folder.file("gate")];
    addLine(folder.file("open"), "open");
    const open = folder.file("open");
    const results = pool.imapUnordered(f.gateTask, [[file, gate, 0], [file, open, 1], [
      file,
      open,
      2,
    ]]);
    const first = [await results.next(), await results.next()].map(({ value }) => value);
    assertEquals(first, [1, 2]);
    addLine(gate, "open");
    assertEquals((await results.next()).value, 0);
  });

  it("is disposable", async () => {
    const input = new Endless();
    {
      await using results = pool.imap(f.square, input);
      assertEquals((await results.next()).value, 0);
    }
    assertEquals(input.closed, 1);
  });

  it("takes nothing more of a queue or a connection when the loop is left", async () => {
    const context = getContext(method);
    using queue = new context.Queue<number>();
    const [sender, receiver] = context.Pipe();
    for (const input of [queue, receiver] as AsyncIterable<number>[]) {
      for (const item of range(2)) await (input === queue ? queue.put(item) : sender.send(item));
      let taken = 0;
      for await (const _ of pool.imap(f.square, input)) if (++taken === 2) break;
    }
    await queue.put(7);
    await sender.send(8);
    const options = { timeout: 30_000 };
    assertEquals([await queue.get(options), await receiver.recv(options)], [7, 8]);
    sender.close();
    receiver.close();
  });

  it("takes an input whose promises are of a kind of their own", async () => {
    const steps = range(3).values();
    const next = () => {
      const step = steps.next();
      return { then: (resolve: (it: typeof step) => void) => resolve(step) };
    };
    const input = { [Symbol.asyncIterator]: () => ({ next }) };
    const results = pool.imap(f.square, input as unknown as AsyncIterable<number>);
    assertEquals(await Array.fromAsync(results), [0, 1, 4]);
  });

  it("does not close an input that has ended", async () => {
    let closed = 0;
    const items = range(3).values();
    const input = {
      next: () => items.next(),
      return: () => {
        closed++;
        return { done: true as const, value: undefined };
      },
      [Symbol.iterator]() {
        return this;
      },
    };
    assertEquals(await Array.fromAsync(pool.imap(f.square, input)), [0, 1, 4]);
    assertEquals(closed, 0);
  });
});
