// @runs-on every: Node 26 maps memory by itself

import { it } from "@std/testing/bdd";
import { assertEquals, assertLessOrEqual, assertRejects, assertThrows } from "@std/assert";
import { allocate, free } from "../../src/memory/allocator.ts";
import { Futex } from "../../src/memory/futex.ts";
import { forEachMethod, stress } from "../harness.ts";
import { forms, type Other, timed, withOthers } from "../others.ts";
import * as f from "./fixtures.ts";

const times = stress ? 100_000 : 2000;
/** A machine may stumble so often; a look finds a lost wake-up after 50 ms or more. */
const stumbles = 10 + times / 200;

forEachMethod("The futex", (method) => {
  const [one, two] = withOthers(method, 2) as [Other, Other];

  for (const first of forms) {
    for (const second of forms) {
      it(`misses no wake-up: ${first} and ${second}`, async () => {
        const block = allocate(method, 12);
        const place = f.placeOf(block);
        const slow = await Promise.all([
          one.do(f.passWord, place, first, 0, 1, times),
          two.do(f.passWord, place, second, 1, 0, times),
        ]);
        assertLessOrEqual(Math.max(...slow), stumbles);
        free(block);
      });
    }
  }

  it("ends with what its attempt throws, and leaves the words alone then", async () => {
    const block = allocate(method, 12);
    const futex = new Futex(block.arena, block.word + 1);
    const fail = (): never => {
      throw new RangeError("expected: it is gone");
    };
    await assertRejects(() => futex.wait(fail, {}), RangeError, "it is gone");
    assertThrows(() => futex.waitSync(fail, undefined), RangeError, "it is gone");
    assertEquals([...block.arena.words.subarray(block.word, block.word + 3)], [0, 0, 0]);
    free(block);
  });

  it("writes nothing to memory that was freed while it slept", async () => {
    const block = allocate(method, 40);
    const words = block.arena.words.subarray(block.word, block.word + 10);
    const futex = new Futex(block.arena, block.word + 1);
    const attempt = (): boolean => {
      if (!block.isLive) throw new RangeError("expected: it is gone");
      return false;
    };
    const waits = [futex.wait(attempt, {}), futex.wait(attempt, { timeout: 20_000 })];
    const outcomes = Promise.allSettled(waits);
    await new Promise((resolve) => setTimeout(resolve, 30));
    free(block, { then: () => futex.wake() });
    words.fill(7);
    for (const { status } of await outcomes) assertEquals(status, "rejected");
    assertEquals([...words], Array(10).fill(7));
  });

  it("looks from time to time though nobody wakes it", async () => {
    const block = allocate(method, 12);
    const { arena, word } = block;
    const futex = new Futex(arena, word + 1);
    const isSet = (): boolean => Atomics.load(arena.words, word) === 1;
    setTimeout(() => Atomics.store(arena.words, word, 1), 30);
    const took = await timed(async () => assertEquals(await futex.wait(isSet, {}), true));
    assertLessOrEqual(took, 10_000);
    free(block);
  });
});
