/**
 * Maps large files in several threads at once, each for the first time and again: V8 is made to
 * collect garbage then. Says whether a new context has V8's `gc` afterwards, as the program's flags
 * have it.
 */

import vm from "node:vm";
import { getContext, task } from "../../../mod.ts";
import { mapShared } from "../../../src/runtime/mapping.ts";
import { createSparseFile } from "../../../src/runtime/memory_file.ts";

const size = 32 * 1024 * 1024;

export function mapOften(path: string, times: number): number {
  let bytes = 0;
  for (let i = 0; i < times; i++) bytes += mapShared(path, size).byteLength;
  return bytes / size;
}
task(import.meta, mapOften);

if (import.meta.main) {
  const file = createSparseFile(size);
  const { Pool } = getContext("worker");
  const threads = 4;
  for (let round = 0; round < 2; round++) {
    await using pool = new Pool(threads);
    const calls = Array.from({ length: threads }, () => pool.apply(mapOften, [file.path, 3]));
    console.log(...await Promise.all(calls));
  }
  console.log(mapOften(file.path, 1), vm.runInNewContext("typeof gc"));
  file.close();
}
