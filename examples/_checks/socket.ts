import assert from "node:assert/strict";
import { type Checks, distinct, groups } from "../_check.ts";

/** The worker that a line names. */
const workerOf = (line: string | undefined): string => groups(line, /^进程pid: (\d+)$/)[0]!;

export const checks: Checks = {
  chat_server({ lines }) {
    // Four clients, one after the other: each has a worker of its own.
    const workers = [1, 2, 3, 4].map((client, i) => {
      assert.equal(lines[2 * i + 1], `${client} hears: CLIENT ${client}`);
      return workerOf(lines[2 * i]);
    });
    assert.equal(distinct(workers), 4);
    // Two more hear nothing until one leaves, and have its worker then.
    assert.equal(lines[8], "5 and 6 wait");
    const served = [9, 12].map((at, i) => {
      assert.equal(lines[at], `${i + 1} leaves`);
      assert.equal(workerOf(lines[at + 1]), workers[i]);
      return groups(lines[at + 2], /^(5|6) hears: CLIENT \1$/)[0];
    });
    assert.deepEqual(served.sort(), ["5", "6"]);
    assert.deepEqual(lines.slice(15), ["3 leaves", "4 leaves", "5 leaves", "6 leaves"]);
  },

  chat_client({ lines }) {
    workerOf(lines[0]);
    assert.deepEqual(lines.slice(1), ["HELLO", "你好, WORLD"]);
  },
};
