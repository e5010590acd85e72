// @runs-on every: Node 26 maps memory by itself

import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertFalse, assertLess } from "@std/assert";
import fc from "fast-check";
import { getContext } from "../../mod.ts";
import { allocate, type Block, free } from "../../src/memory/allocator.ts";
import { arenaOf, countersAt } from "../../src/memory/arena.ts";
import { forEachMethod, linesOf, rounds, runtime } from "../harness.ts";
import { until } from "../process/scratch.ts";
import { type Other, withOthers } from "../others.ts";
import * as f from "./fixtures.ts";

forEachMethod("The allocator", (method) => {
  const others = withOthers(method, 2);
  const [one, two] = others as [Other, Other];

  it("gives each its own memory, zero, and aligned for every type", () => {
    const command = fc.oneof(
      fc.record({ size: fc.oneof(fc.integer({ min: 0, max: 600 }), fc.nat(100_000)) }),
      fc.record({ free: fc.nat(100) }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const live: { block: Block; size: number; mark: number }[] = [];
        const bytesOf = ({ block, size }: { block: Block; size: number }): Uint8Array =>
          block.arena.bytes.subarray(4 * block.word, 4 * block.word + size);
        for (const [i, each] of commands.entries()) {
          if ("size" in each) {
            const one = { block: allocate(method, each.size), size: each.size, mark: i + 1 };
            assertEquals(one.block.word % 2, 0);
            const bytes = bytesOf(one);
            assert(bytes.every((byte) => byte === 0), `${each.size} bytes are not zero`);
            bytes.fill(one.mark);
            live.push(one);
          } else if (live.length > 0) {
            const [gone] = live.splice(each.free % live.length, 1);
            free(gone!.block);
            assertFalse(gone!.block.isLive);
          }
        }
        for (const each of live) {
          assert(bytesOf(each).every((byte) => byte === each.mark), "somebody else wrote there");
          assert(each.block.isLive);
          free(each.block);
        }
      }),
      { numRuns: rounds(40) },
    );
  });

  it("gives no block to two children", async () => {
    const steps = rounds(3000);
    const seed = Math.floor(Math.random() * 2 ** 31);
    const churning = others.map((other, i) => other.do(f.churn, method, seed + i, i + 1, steps));
    f.churn(method, seed + 9, 9, steps);
    assertEquals(await Promise.all(churning), [steps, steps]);
  });

  it("sees by a handle that its block was freed, though the memory is used again", async () => {
    const block = allocate(method, 40);
    await one.do(f.freeIt, f.placeOf(block));
    assertFalse(block.isLive);
    // Freed by two at once, and again later: it is given to one only.
    const again: Block[] = [];
    const end = performance.now() + 5000;
    while (!again.some(({ address }) => address === block.address) && performance.now() < end) {
      await one.do(f.churn, method, 1, 1, 200);
      again.push(...Array.from({ length: 50 }, () => allocate(method, 40)));
      free(block);
      await two.do(f.freeIt, f.placeOf(block));
    }
    assertEquals(new Set(again.map(({ address }) => address)).size, again.length);
    for (const each of again) assert(each.isLive);
    assertFalse(block.isLive);
    for (const each of again) free(each);
  });

  it("gives serial numbers that tell blocks apart, also when they begin anew", () => {
    const { words } = arenaOf(method);
    const at = countersAt / 4;
    const before = words[at]!;
    for (const edge of [-3, 2 ** 31 - 3]) {
      words[at] = edge;
      const blocks = Array.from({ length: 6 }, () => allocate(method, 40));
      assertEquals(new Set(blocks.map(({ serial }) => serial)).size, 6);
      for (const block of blocks) {
        assert(block.serial !== 0 && block.isLive);
        free(block);
        assertFalse(block.isLive);
      }
    }
    words[at] = before;
  });

  it("goes on when a child is killed that was allocating", async () => {
    for (let round = 0; round < rounds(2); round++) {
      const block = allocate(method, 64);
      const words = f.wordsOf(f.placeOf(block));
      const { Process } = getContext(method);
      await using child = new Process({ target: f.churnForEver, args: [method, f.placeOf(block)] });
      child.start();
      await until(() => Atomics.load(words, 0) > 2, "it allocates");
      child.kill();
      await child.join();
      const seed = Math.floor(Math.random() * 2 ** 31);
      const churning = one.do(f.churn, method, seed, 1, 1000);
      f.churn(method, seed + 1, 2, 1000);
      assertEquals(await churning, 1000);
      words[1] = 1; // Deno stops no thread that does not yield.
      if (runtime !== "deno" || method !== "worker") free(block);
    }
  });

  it("does not grow while what is taken is given back", async () => {
    const used = async (): Promise<number> => {
      await one.do(f.churn, method, 5, 1, 3000);
      f.churn(method, 5, 2, 3000);
      const probe = allocate(method, 2_000_000);
      free(probe);
      return probe.address;
    };
    await used();
    await used();
    const before = await used();
    for (let i = 0; i < 5; i++) await used();
    assertLess(await used() - before, 1_000_000);
  });

  it("says what was asked for when the memory is used up, and then gives what is given back", async () => {
    const program = new URL("programs/exhaust.ts", import.meta.url);
    assertEquals(await linesOf(program, { args: [method] }), [
      "RangeError: true true",
      "small ones until RangeError: true",
      "again: true true",
    ]);
  });
});
