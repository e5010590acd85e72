import { afterAll, beforeAll, it } from "@std/testing/bdd";
import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { type Pool, task, TaskReferenceError } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import * as other from "./other_module.ts";
import { makePool } from "./make_pool.ts";
import * as f from "./fixtures.ts";
import { quadruple as renamed, triple } from "./third_module.ts";

forEachMethod("A function for a pool", (method) => {
  let pool: Pool;
  beforeAll(async () => {
    pool = makePool(method);
    await pool.apply(f.nothing);
  });
  afterAll(() => pool.terminate());

  it("may be exported by the module that the call comes through", async () => {
    assertEquals(await other.callAll(pool), [40, 41, 42, 43]);
    assertEquals(await other.callMap(pool), [10, 20, 30]);
  });

  it("may be exported under another name than the one that it was made with", async () => {
    assertEquals(await other.callMade(pool), 28);
  });

  it("may be exported by a module that the caller imports", async () => {
    assertEquals(await pool.map(triple, [1, 2]), [3, 6]);
    assertEquals(await pool.apply(renamed, [2]), 8);
  });

  it("that is not exported is inline, and says what it lacks", async () => {
    const error = await assertRejects(() => other.callInternal(pool), ReferenceError);
    assertMatch(error.message, /factor is not defined|find variable: factor/);
    assertMatch(error.message, /closures do not travel/);
    assertMatch(error.message, /export it from the main module/);
    assertMatch(error.message, /task\(import\.meta, fn\)/);
    assertEquals(await pool.apply(f.square, [2]), 4);
  });

  it("that looks like another export is refused rather than mistaken", async () => {
    await other.callAlike(pool).then(
      (value) => assertEquals(value, 12),
      (error) =>
        assertEquals([error instanceof TaskReferenceError, error.name], [
          true,
          "TaskReferenceError",
        ]),
    );
  });

  it("may be a task that is unexported, anonymous, or one of two alike", async () => {
    assertEquals(await pool.apply(f.tasks.unexported, [5]), 15);
    assertEquals(await pool.apply(f.tasks.anonymous, [5]), 16);
    assertEquals(await pool.apply(f.tasks.twice, [5]), 10);
    assertEquals(await pool.apply(f.tasks.thrice, [5]), 15);
  });

  it("is the same after task(), which can be called again", () => {
    const fn = (x: number) => x;
    assertStrictEquals(task(import.meta, fn), fn);
    assertStrictEquals(task(import.meta, fn), fn);
    assertThrows(() => task(undefined as never, fn), TypeError);
    assertThrows(() => task(import.meta, 7 as never), TypeError, "7");
  });

  it("may be written in place, in all ways to write one", async () => {
    assertEquals(await pool.apply((x: number) => x + 1, [1]), 2);
    assertEquals(await pool.apply((x: number) => ({ x }), [1]), { x: 1 });
    assertEquals(await pool.apply(async (x: number) => await x, [1]), 1);
    assertEquals(
      await pool.map(function (x: number) {
        return x + 2;
      }, [1]),
      [3],
    );
    assertEquals(
      await pool.apply(async function named(x: number): Promise<number> {
        return x < 1 ? 0 : x + await named(x - 1);
      }, [4]),
      10,
    );
    assertEquals(await pool.apply((...xs: number[]) => xs.length, [1, 2, 3]), 3);
    assertEquals(await pool.apply(({ a = 1 }: { a?: number }, b: number = 2) => a + b, [{}]), 3);
    assertEquals(await pool.apply(() => "“é\u{1f600}\u2028`${1}`"), "“é\u{1f600}\u2028`${1}`");
    assertEquals(
      await pool.apply((x: number) => {
        const inner = (y: number) => y * 2;
        // A comment at the end, and a nested function.
        return inner(x); // here
      }, [4]),
      8,
    );
  });

  it("written in place has what every module has", async () => {
    const sum = await pool.apply(async () => {
      const { join } = await import("node:path");
      return join("a", "b") + typeof setTimeout;
    });
    assertEquals(sum, "a/bfunction");
  });

  it("written in place says so when it needs its closure, each time", async () => {
    const outside = Date.now();
    const sync = () => outside;
    const later = async () => {
      await null;
      return outside;
    };
    for (const fn of [sync, later, sync]) {
      const error = await assertRejects(() => pool.apply(fn as () => number), ReferenceError);
      assertMatch(error.message, /outside.*closures do not travel.*task\(import\.meta, fn\)/);
      assertEquals(error.message.match(/closures/g)!.length, 1);
    }
    const mapped = await assertRejects(
      () => pool.map((x: number) => x + outside, [1]),
      ReferenceError,
    );
    assertMatch(mapped.message, /closures do not travel/);
  });

  it("is not told of closures for a ReferenceError of an exported one", async () => {
    const error = await assertRejects(() => pool.apply(f.referToNothing), ReferenceError);
    assertEquals(error.message.includes("closures"), false);
  });

  it("uses import.meta if it is exported, and is told that it cannot if it is not", async () => {
    assertEquals(await pool.apply(f.whereAmI), new URL("./fixtures.ts", import.meta.url).href);
    const inline = (): string => import.meta.url;
    const nameless = [() => import.meta.url][0]!;
    for (const fn of [inline, nameless]) {
      const error = await assertRejects(() => pool.apply(fn), TaskReferenceError);
      assertMatch(error.message, /import\.meta.*export it.*task\(import\.meta, fn\)/);
    }
  });

  it("written in place is strict, as modules are", async () => {
    await assertRejects(
      () =>
        pool.apply(() => {
          // @ts-expect-error: what a sloppy function could do.
          undeclared = 1;
        }),
      ReferenceError,
    );
  });

  it("may travel as an argument and a result, if it is a task", async () => {
    assertEquals(await pool.apply(f.callIt, [f.square, 6]), 36);
    assertStrictEquals(await pool.apply(f.identity, [f.square]), f.square);
    assertStrictEquals(await pool.apply(f.giveTask), f.square);
  });
});
