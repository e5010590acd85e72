/** Uses up the memory that children share. */

import process from "node:process";
import { Lock, setStartMethod, type StartMethod } from "../../../mod.ts";
import { allocate, type Block, free } from "../../../src/memory/allocator.ts";

const method = process.argv[2] as StartMethod;
setStartMethod(method);

/** Takes blocks of a size until there are none; gives the error and the blocks. */
function exhaust(size: number): { error: Error; blocks: Block[] } {
  const blocks: Block[] = [];
  for (;;) {
    try {
      blocks.push(allocate(method, size, 0));
    } catch (error) {
      return { error: error as Error, blocks };
    }
  }
}

const large = exhaust(2 ** 27 - 64);
const isNamed = large.error.message.includes(`${2 ** 27 - 64} bytes`);
console.log(`RangeError: ${large.error instanceof RangeError} ${isNamed}`);
for (const size of [2 ** 24, 2 ** 20, 2 ** 16, 2 ** 12]) exhaust(size - 64);
let small: unknown;
try {
  const locks: Lock[] = [];
  for (;;) locks.push(new Lock());
} catch (error) {
  small = error;
}
console.log(`small ones until RangeError: ${small instanceof RangeError}`);
free(large.blocks.pop()!);
const lock = new Lock();
console.log(`again: ${lock.tryAcquire()} ${allocate(method, 2 ** 20, 0).isLive}`);
