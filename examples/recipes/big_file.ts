/** Adds up the numbers of a large file: each task reads a range of bytes. */

import { Buffer } from "node:buffer";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { Pool } from "@nproc/multiprocessing";

/** The lines that begin in a range. The last of them may end after it. */
async function* linesIn(file: string, start: number, end: number): AsyncGenerator<string> {
  // The rest of the line before the range belongs to the task before. If a line begins exactly at
  // `start`, that rest is the newline before it.
  let position = Math.max(0, start - 1);
  // In latin1 each character is a byte, so lengths are positions in the file.
  const input = fs.createReadStream(file, { start: position, encoding: "latin1" });
  for await (const line of createInterface(input)) {
    if (position >= end) break;
    if (position >= start) yield Buffer.from(line, "latin1").toString();
    position += line.length + 1;
  }
  input.destroy();
}

/** The sum of the numbers in the lines that begin in a range. */
export async function sumRange(file: string, start: number, end: number): Promise<number> {
  let sum = 0;
  for await (const line of linesIn(file, start, end)) sum += Number(line.split(";")[1]);
  return sum;
}

/** Cuts a file into ranges. Small ones keep all workers busy until the end. */
function rangesOf(file: string, size: number): [file: string, start: number, end: number][] {
  const total = fs.statSync(file).size;
  const count = Math.ceil(total / size);
  return Array.from({ length: count }, (_, i) => [file, i * size, (i + 1) * size]);
}

if (import.meta.main) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "big-file-"));
  const file = path.join(folder, "numbers.csv");
  fs.writeFileSync(file, Array.from({ length: 50_000 }, (_, i) => `Zürich;${i}\n`).join(""));

  await using pool = new Pool(2);
  const sums = await pool.starmap(sumRange, rangesOf(file, 64 * 1024), { chunkSize: 1 });
  console.log(`${sums.length} ranges, sum ${sums.reduce((a, b) => a + b)}`);
  fs.rmSync(folder, { recursive: true });
}
