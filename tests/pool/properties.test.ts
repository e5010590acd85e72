import { afterAll, beforeAll, it } from "@std/testing/bdd";
import { assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import type { Pool } from "../../mod.ts";
import { forEachMethod, rounds } from "../harness.ts";
import { Folder, linesIn } from "../process/scratch.ts";
import { makePool } from "./make_pool.ts";
import * as f from "./fixtures.ts";

const numRuns = rounds(20);

/** One thing to submit: how, of which numbers, and cut how. */
const submission = fc.record({
  way: fc.constantFrom(
    "apply",
    "applyAsync",
    "map",
    "mapAsync",
    "starmap",
    "starmapAsync",
    "imap",
    "imapUnordered",
  ),
  fn: fc.constantFrom("now", "later", "odd"),
  items: fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 40 }),
  chunkSize: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
  isAsync: fc.boolean(),
});
type Mixed = typeof submission extends fc.Arbitrary<infer T> ? T : never;

const functions = { now: f.square, later: f.squareLater, odd: f.throwOdd };

async function* later<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await item;
}

/** What one call is to give: the results, or the first error's message. */
function expected({ fn, items }: Mixed): number[] | undefined {
  if (fn !== "odd") return items.map((x) => x ** 2);
  return items.some((x) => x % 2 === 1) ? undefined : items;
}

async function submit(pool: Pool, mixed: Mixed): Promise<unknown[]> {
  const { way, items, chunkSize, isAsync } = mixed;
  const fn: (x: number) => unknown = functions[mixed.fn];
  const options = { chunkSize };
  switch (way) {
    case "apply":
      return await Promise.all(items.map((x) => pool.apply(fn, [x])));
    case "applyAsync":
      return await Promise.all(items.map((x) => pool.applyAsync(fn, [x])));
    case "map":
      return await pool.map(fn, isAsync ? later(items) : items, options);
    case "mapAsync":
      return await pool.mapAsync(fn, isAsync ? later(items) : items, options);
    case "starmap": {
      const calls = items.map((x) => [x] as const);
      return await pool.starmap(fn, isAsync ? later(calls) : calls, options);
    }
    case "starmapAsync": {
      const calls = items.map((x) => [x] as const);
      return await pool.starmapAsync(fn, isAsync ? later(calls) : calls, options);
    }
    default:
      return await Array.fromAsync(pool[way](fn, isAsync ? later(items) : items, options));
  }
}

const ascending = (a: number, b: number): number => a - b;

async function check(pool: Pool, mixed: Mixed): Promise<void> {
  const wanted = expected(mixed);
  const [outcome] = await Promise.allSettled([submit(pool, mixed)]);
  if (outcome.status === "rejected") {
    assertEquals(wanted, undefined, String(outcome.reason));
    assertInstanceOf(outcome.reason, RangeError);
    return;
  }
  const values = outcome.value as number[];
  if (mixed.way === "imapUnordered") assertEquals(values.sort(ascending), wanted?.sort(ascending));
  else assertEquals(values, wanted);
}

forEachMethod("Submissions of all kinds at once", (method) => {
  let pool: Pool;
  beforeAll(async () => {
    pool = makePool(method, 3);
    await pool.apply(f.nothing);
  });
  afterAll(() => pool.terminate());

  it("give each what is its own", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(submission, { maxLength: 12 }), async (all) => {
        await Promise.all(all.map((mixed) => check(pool, mixed)));
      }),
      { numRuns },
    );
  });

  it("run each task exactly once, whatever its length", async () => {
    const lengths = fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 3, 30), { maxLength: 250 });
    await fc.assert(
      fc.asyncProperty(lengths, async (all) => {
        using folder = new Folder();
        const file = folder.file("file");
        const results = all.map((length, x) => pool.apply(f.traceAndSpin, [file, x, length]));
        assertEquals(await Promise.all(results), all.map((_, x) => x));
        const ran = linesIn(file).map(Number).sort(ascending);
        assertEquals(ran, all.map((_, x) => x));
      }),
      { numRuns: rounds(8) },
    );
  });
});
