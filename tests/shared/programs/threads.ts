/** Uses shared memory where files cannot be mapped: the threads of a program know its names. */

import { getContext, type SharedMemory, task } from "../../../mod.ts";

export function set(memory: SharedMemory, index: number, to: number): number {
  const before = memory.buf[index]!;
  memory.buf[index] = to;
  memory.close();
  return before;
}
task(import.meta, set);

export function setOf(name: string, index: number, to: number): number {
  return set(new (getContext("worker").SharedMemory)({ name }), index, to);
}
task(import.meta, setOf);

export function make(): SharedMemory {
  const memory = new (getContext("worker").SharedMemory)({ create: true, size: 3 });
  memory.buf[2] = 9;
  return memory;
}
task(import.meta, make);

function messageOf(fn: () => unknown): string {
  try {
    fn();
    return "no error";
  } catch (error) {
    return (error as Error).message;
  }
}

if (import.meta.main) {
  const { Pool, SharedMemory } = getContext("worker");
  const memory = new SharedMemory({ name: "a piece", create: true, size: 10 });
  const other = new SharedMemory({ name: "another", create: true, size: 20 });
  console.log(memory.size, memory.buf.length, memory.buf.every((byte) => byte === 0), other.size);
  await using pool = new Pool(2);
  console.log(await pool.apply(set, [memory, 1, 5]), await pool.apply(setOf, ["a piece", 1, 6]));
  console.log(memory.buf[1], other.buf.every((byte) => byte === 0));
  console.log((await pool.apply(make)).buf[2]);

  console.log(messageOf(() => new SharedMemory({ name: "a piece", create: true, size: 1 })));
  memory.unlink();
  console.log(messageOf(() => memory.unlink()));
  console.log(messageOf(() => new SharedMemory({ name: "a piece" })));
  console.log(memory.buf[1]);
  memory.close();
  console.log(messageOf(() => memory.buf));

  // What has neither name nor holder is used again.
  const offsets = new Set<number>();
  for (let i = 0; i < 100; i++) {
    using large = new SharedMemory({ create: true, size: 1 << 20 });
    offsets.add(large.buf.byteOffset);
    if (large.buf.some((byte) => byte !== 0)) console.log("not clean");
    large.buf.fill(1);
  }
  console.log(offsets.size);
  console.log(messageOf(() => new (getContext("process").SharedMemory)({ create: true, size: 1 })));
}
