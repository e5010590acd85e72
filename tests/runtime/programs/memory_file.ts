/** Tells where files in memory are, and how many descriptors are left open. */

import fs from "node:fs";
import {
  createFilledFile,
  createSparseFile,
  type MemoryFile,
  passByFile,
} from "../../../src/runtime/memory_file.ts";

function placeOf(file: MemoryFile | undefined): string {
  if (file === undefined) return "none";
  const target = fs.readlinkSync(file.path);
  file.close();
  return /^(\/memfd:|\/dev\/shm|\/tmp)/.exec(target)?.[0] ?? target;
}

const open = (): number => fs.readdirSync("/proc/self/fd").length;

// What the runtime opens for itself at first.
placeOf(createSparseFile(2 ** 30));
const before = open();
console.log(placeOf(createSparseFile(2 ** 30)));
console.log(placeOf(createFilledFile(new Uint8Array(65536))));
console.log(placeOf(passByFile(new Uint8Array(100_000_000))));
console.log(open() - before);
