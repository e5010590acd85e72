import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { shown } from "../../src/arguments.ts";
import {
  activeChildren,
  CancelledError,
  Pool,
  setStartMethod,
  TaskReferenceError,
  transfer,
} from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import { addLine, Folder, linesIn, until, untilLines } from "../process/scratch.ts";
import { makePool } from "./make_pool.ts";
import * as f from "./fixtures.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

forEachMethod("A pool's workers", (method) => {
  it("are as many as it was told, and are children of this program", async () => {
    await using pool = makePool(method, { processes: 3, name: "Worker" });
    assertEquals(activeChildren().length, 3);
    const names = activeChildren().map(({ name }) => name);
    assertEquals(new Set(names).size, 3);
    for (const name of names) assertMatch(name, /^Worker-\d+$/);
    for (const child of activeChildren()) assertEquals(child.daemon, true);
    assert(names.includes(await pool.apply(f.workerName)));
    await pool.terminate();
    assertEquals(activeChildren().length, 0);
  });

  it("all get work", async () => {
    using folder = new Folder();
    const [file, gate] = [folder.file("file"), folder.file("gate")];
    await using pool = makePool(method, 3);
    const results = range(3).map((x) => pool.applyAsync(f.waitAtGate, [file, gate, x]));
    const pids = await untilLines(file, 3);
    assertEquals(new Set(pids).size, 3);
    assertEquals(new Set(pids), new Set(activeChildren().map(({ pid }) => String(pid))));
    addLine(gate, "open");
    assertEquals(await Promise.all(results), range(3));
  });

  it("run one task at a time", async () => {
    using folder = new Folder();
    const [file, gate] = [folder.file("file"), folder.file("gate")];
    await using pool = makePool(method, 1);
    const results = range(3).map((x) => pool.applyAsync(f.waitAtGate, [file, gate, x]));
    await untilLines(file, 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(linesIn(file).length, 1);
    addLine(gate, "open");
    assertEquals(await Promise.all(results), range(3));
  });

  it("are initialized once each before their first task", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    const initArgs = [file, 1, { a: [2] }];
    await using pool = makePool(method, { processes: 2, initializer: f.initialize, initArgs });
    const results = await Promise.all(range(20).map(() => pool.apply(f.initializedWith)));
    for (const args of results) assertEquals(args, [1, { a: [2] }]);
    await untilLines(file, 2);
    assertEquals(new Set(linesIn(file)), new Set(activeChildren().map(({ pid }) => String(pid))));
    assertEquals(linesIn(file).length, 2);
  });

  it("are initialized anew when they are replaced", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    const initArgs = [file, "again"];
    await using pool = makePool(method, { processes: 1, initializer: f.initialize, initArgs });
    await assertRejects(() => pool.apply(f.die, [folder.file("deaths"), "exit"]));
    assertEquals(await pool.apply(f.initializedWith), ["again"]);
    assertEquals(new Set(linesIn(file)).size, 2);
  });

  it("that cannot be initialized reject everything submitted, with the error", async () => {
    await using pool = makePool(method, { processes: 2, initializer: f.failToInitialize });
    const early = [pool.applyAsync(f.square, [1]), pool.mapAsync(f.square, range(10))];
    for (const result of early) {
      const error = await assertRejects(() => Promise.resolve(result), f.ShapeError);
      assertEquals([error.message, error.corners], ["cannot initialize", 4]);
    }
    await assertRejects(() => pool.apply(f.square, [1]), f.ShapeError, "cannot initialize");
    await assertRejects(() => pool.imap(f.square, [1]).next(), f.ShapeError);
    pool.close();
    await pool.join();
    assertEquals(activeChildren().length, 0);
  });

  it("that end in their initializer reject everything, and are not started for ever", async () => {
    using folder = new Folder();
    const initArgs = [folder.file("file"), "exit"];
    await using pool = makePool(method, { processes: 1, initializer: f.die, initArgs });
    await assertRejects(() => pool.apply(f.square, [1]));
    const started = linesIn(initArgs[0]!).length;
    assert(started < 20, `started ${started} workers`);
    await assertRejects(() => pool.apply(f.square, [1]));
    assertEquals(linesIn(initArgs[0]!).length, started);
  });

  it("are replaced after maxTasksPerChild tasks", async () => {
    await using pool = makePool(method, { processes: 1, maxTasksPerChild: 3 });
    const pids = await Promise.all(range(7).map(() => pool.apply(f.workerPid)));
    const counts = [...new Set(pids)].map((pid) => pids.filter((other) => other === pid).length);
    assertEquals(counts, [3, 3, 1]);
  });

  it("are replaced after each task if it says so, and count a chunk as one", async () => {
    await using pool = makePool(method, { processes: 2, maxTasksPerChild: 1 });
    const pids = await pool.map(f.workerPid, range(6), { chunkSize: 2 });
    assertEquals(new Set(pids).size, 3);
    for (const i of [0, 2, 4]) assertEquals(pids[i], pids[i + 1]);
    assertEquals(await pool.map(f.square, range(6)), range(6).map((x) => x * x));
  });

  it("end at maxTasksPerChild even with a timer left behind", async () => {
    await using pool = makePool(method, { processes: 1, maxTasksPerChild: 1 });
    const first = await pool.apply(f.leaveTimer);
    assert(first !== await pool.apply(f.workerPid));
    await until(() => !activeChildren().some(({ pid }) => pid === first), "it has ended");
  });

  it("each get a copy of what is transferred in their initArgs", async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    await using pool = makePool(method, {
      processes: 2,
      initializer: (value: unknown) => {
        (globalThis as Record<string, unknown>)["setting"] = value;
      },
      initArgs: [transfer(bytes, [bytes.buffer])],
      maxTasksPerChild: 1,
    });
    assertEquals(bytes.length, 0);
    for (let i = 0; i < 3; i++) {
      const setting = await pool.apply(() => (globalThis as Record<string, unknown>)["setting"]);
      assertEquals(setting, new Uint8Array([1, 2, 3]));
    }
    const { port1, port2 } = new MessageChannel();
    const initArgs = [transfer({ port1 }, [port1])];
    const makeAnother = () => makePool(method, { processes: 1, initializer: f.nothing, initArgs });
    assertEquals(assertThrows(makeAnother, DOMException).name, "DataCloneError");
    port2.close();
  });

  it("are initialized by an inline function, too", async () => {
    setStartMethod(method, { force: true });
    await using pool = new Pool({
      processes: 1,
      initializer: (value: string) => {
        (globalThis as Record<string, unknown>)["setting"] = value;
      },
      initArgs: ["blue"],
    });
    assertEquals(
      await pool.apply(() => (globalThis as Record<string, unknown>)["setting"]),
      "blue",
    );
  });
});

forEachMethod("What is wrong with a pool", (method) => {
  it("is told at the constructor, and starts nothing", () => {
    const make = (options: unknown) => () => makePool(method, options as number);
    assertThrows(make(0), RangeError, "0");
    assertThrows(make(-1), RangeError, "-1");
    assertThrows(make(1.5), RangeError, "1.5");
    assertThrows(make(NaN), RangeError, "NaN");
    assertThrows(make("4"), TypeError, "4");
    assertThrows(make({ processes: -2 }), RangeError, "-2");
    assertThrows(make({ processes: 1, maxTasksPerChild: 0 }), RangeError, "0");
    assertThrows(make({ processes: 1, maxTasksPerChild: "1" }), TypeError);
    assertThrows(make({ processes: 1, initializer: 7 }), TypeError, "7");
    assertThrows(make({ processes: 1, initializer: f.nothing, initArgs: "7" }), TypeError, "7");
    assertThrows(make({ processes: 1, name: 7 }), TypeError, "7");
    for (const wrong of ["7", null, {}, 7n]) {
      const what = `initTimeout must be a number of milliseconds above 0: received ${shown(wrong)}`;
      assertThrows(make({ processes: 1, initTimeout: wrong }), TypeError, what);
    }
    for (const wrong of [0, -1, NaN]) {
      assertThrows(make({ processes: 1, initTimeout: wrong }), RangeError, String(wrong));
    }
    assertThrows(make({ processes: 1, initializer: Math.max }), TaskReferenceError);
    const initArgs = [{ options: { callback: () => {} } }];
    const error = assertThrows(
      make({ processes: 1, initializer: f.nothing, initArgs }),
      DOMException,
      "[0].options.callback is a function",
    );
    assertEquals(error.name, "DataCloneError");
    assertEquals(activeChildren().length, 0);
  });

  it("is told at the call, and the pool goes on", async () => {
    await using pool = makePool(method, 1);
    const call = (name: string, ...args: unknown[]) => () =>
      (pool as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!(...args);
    const sync = ["applyAsync", "mapAsync", "starmapAsync", "imap", "imapUnordered"];
    const { square } = f;
    for (const name of sync) {
      for (const fn of [undefined, null, 7, "square", {}]) {
        assertThrows(call(name, fn, []), TypeError, String(fn));
      }
      assertThrows(call(name, square, 7), TypeError, "7");
      for (const options of [null, 7, "7"]) {
        assertThrows(call(name, square, [1], options), TypeError, `received ${shown(options)}`);
      }
      for (const option of ["signal", "transfer", "timeout", "callback", "errorCallback"]) {
        assertThrows(call(name, square, [1], { [option]: "7" }), TypeError, `${option} must be`);
      }
    }
    for (const name of sync.slice(1)) {
      for (const chunkSize of [0, -1, 1.5, NaN, Infinity]) {
        assertThrows(call(name, square, [1], { chunkSize }), RangeError, String(chunkSize));
      }
      assertThrows(call(name, square, [1], { chunkSize: "2" }), TypeError, "2");
      assertThrows(call(name, square, null), TypeError, "null");
    }
    for (const name of ["apply", "map", "starmap"]) {
      await assertRejects(() => call(name, 7, [])() as Promise<unknown>, TypeError, "7");
      await assertRejects(() => call(name, square, 7)() as Promise<unknown>, TypeError, "7");
    }
    for (const chunkSize of [0, -3]) {
      await assertRejects(() => pool.map(square, [1], { chunkSize }), RangeError);
      await assertRejects(() => pool.starmap(f.add, [[1, 2]], { chunkSize }), RangeError);
    }
    assertThrows(call("applyAsync", square, [1], { timeout: "1" }), TypeError, "1");
    assertThrows(call("applyAsync", square, [1], { timeout: NaN }), TypeError, "NaN");
    assertEquals(await pool.apply(square, [3]), 9);
  });

  it("is told with the path where an argument cannot travel", async () => {
    await using pool = makePool(method, 1);
    const bad = { options: { callback: () => {} } };
    const refused = (fn: () => unknown, path: string): void => {
      const error = assertThrows(fn, DOMException, `${path} is a function that no module exports`);
      assertEquals(error.name, "DataCloneError");
    };
    refused(() => pool.applyAsync(f.identity, [bad]), "args[0].options.callback");
    refused(() => pool.applyAsync(f.listArguments, [1, [bad]]), "args[1][0].options.callback");
    refused(
      () => pool.applyAsync(f.listArguments, [1], { kwargs: { bad } }),
      "args[1].bad.options.callback",
    );
    const error = await assertRejects(() => pool.apply(f.identity, [bad]), DOMException);
    assertEquals(error.message.includes("args[0].options.callback is a function"), true);
    assertEquals(await pool.apply(f.square, [3]), 9);
  });

  it("is told for functions with no source of their own, and the pool goes on", async () => {
    await using pool = makePool(method, 1);
    class Counter {
      count = 0;
      add(x: number): number {
        return this.count += x;
      }
      static twice(x: number): number {
        return 2 * x;
      }
    }
    const object = {
      method(x: number): number {
        return x;
      },
      get accessor(): number {
        return 1;
      },
    };
    const getter = Object.getOwnPropertyDescriptor(object, "accessor")!.get!;
    const functions: Record<string, unknown> = {
      native: Math.max,
      bound: f.square.bind(null),
      "bound native": Math.max.bind(null),
      method: object.method,
      "class method": new Counter().add,
      "static method": Counter.twice,
      getter,
      class: Counter,
      "built-in class": Map,
    };
    for (const [name, fn] of Object.entries(functions)) {
      const call = () => pool.applyAsync(fn as (x: number) => number, [1]);
      const error = assertThrows(call, TaskReferenceError, "Cannot send", name);
      assertMatch(error.message, /task\(import\.meta/);
      assertThrows(() => pool.mapAsync(fn as (x: number) => number, [1]), TaskReferenceError);
      assertThrows(() => pool.imap(fn as (x: number) => number, [1]), TaskReferenceError);
    }
    assertEquals(await pool.apply(f.square, [3]), 9);
  });
});

forEachMethod("The end of a pool", (method) => {
  it("lets what was submitted be done after close()", async () => {
    const pool = makePool(method, 2);
    const results = range(50).map((x) => pool.applyAsync(f.square, [x]));
    const mapped = pool.mapAsync(f.squareLater, range(50));
    pool.close();
    pool.close();
    await pool.join();
    assertEquals(activeChildren().length, 0);
    assertEquals(results.every((result) => result.ready()), true);
    assertEquals(await Promise.all(results), range(50).map((x) => x * x));
    assertEquals(await mapped, range(50).map((x) => x * x));
    await pool.join();
    await pool.terminate();
  });

  it("lets an imap that has begun be done after close()", async () => {
    const pool = makePool(method, 2);
    const results = pool.imap(f.square, range(2000));
    pool.close();
    assertEquals(await Array.fromAsync(results), range(2000).map((x) => x * x));
    await pool.join();
  });

  it("lets an imap of an endless input go on after close(), and be left", async () => {
    for (const kind of ["imap", "imapUnordered"] as const) {
      const pool = makePool(method, 2);
      let read = 0;
      const next = (): IteratorResult<number, undefined> =>
        // Not quite endless: it is read without a pause where it is read without a bound.
        read < 1_000_000 ? { done: false, value: read++ } : { done: true, value: undefined };
      const results = pool[kind](f.square, { [Symbol.iterator]: () => ({ next }) });
      pool.close();
      for (let i = 0; i < 100; i++) await results.next();
      assert(read < 1100, `read ${read}`);
      // Now it is read as fast as the workers are, and no faster.
      const joined = pool.join();
      for (let i = 0; i < 100; i++) await results.next();
      await results.return();
      assert(read < 1_000_000);
      await joined;
    }
  });

  it("does all of an imap when it is waited for, and nobody takes its results", async () => {
    for (const kind of ["imap", "imapUnordered"] as const) {
      const pool = makePool(method, 2);
      const results = pool[kind](f.square, range(2000), { chunkSize: 3 });
      pool.close();
      await pool.join();
      const values = await Array.fromAsync(results);
      assertEquals(values.sort((a, b) => a - b), range(2000).map((x) => x * x));
    }
  });

  it("replaces a worker that dies after close() while there is work", async () => {
    using folder = new Folder();
    const pool = makePool(method, 1);
    const dying = pool.applyAsync(f.die, [folder.file("file"), "exit"]);
    const behind = range(10).map((x) => pool.applyAsync(f.square, [x]));
    pool.close();
    await assertRejects(() => dying.get());
    assertEquals(await Promise.all(behind), range(10).map((x) => x * x));
    await pool.join();
    assertEquals(activeChildren().length, 0);
  });

  it("is refused to be waited for while the pool runs", async () => {
    await using pool = makePool(method, 1);
    await assertRejects(() => pool.join(), Error, "running");
    assertEquals(await pool.apply(f.square, [2]), 4);
  });

  it("takes no more tasks", async () => {
    for (const end of ["close", "terminate"] as const) {
      const pool = makePool(method, 1);
      const ending = pool[end]();
      const word = end === "close" ? "closed" : "terminated";
      assertThrows(() => pool.applyAsync(f.square, [1]), Error, word);
      assertThrows(() => pool.mapAsync(f.square, [1]), Error, word);
      assertThrows(() => pool.starmapAsync(f.add, [[1, 2]]), Error, word);
      assertThrows(() => pool.imap(f.square, [1]), Error, word);
      assertThrows(() => pool.imapUnordered(f.square, [1]), Error, word);
      await assertRejects(() => pool.apply(f.square, [1]), Error, word);
      await assertRejects(() => pool.map(f.square, [1]), Error, word);
      await assertRejects(() => pool.starmap(f.add, [[1, 2]]), Error, word);
      await ending;
      await pool.join();
      assertEquals(activeChildren().length, 0);
    }
  });

  for (const [kind, task] of [["wait", f.waitForEver], ["never yield", f.spinForEver]] as const) {
    it(`by terminate() rejects what is pending, tasks that ${kind} too`, async () => {
      using folder = new Folder();
      const file = folder.file("file");
      const pool = makePool(method, 2);
      const running = [pool.applyAsync(task, [file]), pool.applyAsync(task, [file])];
      const queued = pool.applyAsync(f.square, [1]);
      const mapped = pool.mapAsync(f.square, range(10));
      const iterated = pool.imap(f.square, range(10));
      const next = iterated.next();
      await untilLines(file, 2);
      const terminated = pool.terminate();
      for (const result of [...running, queued, mapped, next]) {
        await assertRejects(() => Promise.resolve<unknown>(result), CancelledError);
      }
      await terminated;
      assertEquals(activeChildren().length, 0);
    });
  }

  it("keeps results that had come before terminate()", async () => {
    const pool = makePool(method, 2);
    const result = pool.applyAsync(f.square, [3]);
    await result.wait();
    await pool.terminate();
    assertEquals(await result, 9);
  });

  it("comes by disposal, and can come twice", async () => {
    let outer: Pool;
    let pending: Promise<unknown>;
    {
      await using pool = makePool(method, 2);
      outer = pool;
      using folder = new Folder();
      pending = assertRejects(() => pool.apply(f.waitForEver, [folder.file("f")]), CancelledError);
    }
    await pending;
    assertEquals(activeChildren().length, 0);
    await Promise.all([outer.terminate(), outer.terminate(), outer.join()]);
    outer.close();
  });

  it("may come before the workers were ready", async () => {
    const pool = makePool(method, 2);
    const pending = assertRejects(() => pool.apply(f.square, [1]), CancelledError);
    await pool.terminate();
    await pending;
    const closed = makePool(method, 2);
    closed.close();
    await closed.join();
    assertEquals(activeChildren().length, 0);
  });

  it("closes the input of an imap at terminate()", async () => {
    const pool = makePool(method, 2);
    let closed = false;
    function* input(): Generator<number> {
      try {
        for (let i = 0;; i++) yield i;
      } finally {
        closed = true;
      }
    }
    const results = pool.imap(f.square, input());
    assertEquals((await results.next()).value, 0);
    await pool.terminate();
    let error: unknown;
    try {
      for (let i = 0; i < 100_000; i++) if ((await results.next()).done) break;
    } catch (thrown) {
      error = thrown;
    }
    assertInstanceOf(error, CancelledError);
    await results.return();
    assert(closed);
  });
});
