import assert from "node:assert/strict";
import { type Checks, squares } from "../_check.ts";

/** A recipe prints a list by itself: runtimes show lists in different ways. */
const words = (line: string | undefined): string[] => line?.match(/[\w<>/]+/g) ?? [];

export const checks: Checks = {
  from_python({ lines }) {
    assert.deepEqual(lines.map(words), [squares(4).slice(1), ["10", "0", "0"]]);
  },

  progress({ lines }) {
    const exponents = Array.from({ length: 200 }, (_, i) => 10 * i);
    const sum = exponents.reduce((sum, n) => sum + String(7n ** BigInt(n)).length, 0);
    const steps = [50, 100, 150, 200].map((done) => `${done} of 200 done`);
    assert.deepEqual(lines, [...steps, `${sum} digits in all`]);
  },

  stopping({ lines }) {
    assert.deepEqual(lines.slice(0, 3), ["true", "nobody wants it", "SIGTERM"]);
    assert.deepEqual(words(lines.slice(3).join()), ["<h1>home</h1>", "<h1>news</h1>"]);
  },

  server({ lines, duration }) {
    assert.deepEqual(lines, ["10: 200 55", "20: 200 6765", "99: 503 no result"]);
    assert.ok(duration >= 2000, "the last one is given up after two seconds");
  },

  pipeline({ lines }) {
    assert.deepEqual(lines, ["5000 words"]);
  },

  supervisor({ lines, duration }) {
    assert.deepEqual(lines, [
      "service ended with exit code 7",
      "service ended with exit code 7",
      "service ended with exit code 0",
      "3 starts",
    ]);
    assert.ok(duration >= 100 + 200, "there is a pause before each start");
  },

  big_file({ lines }) {
    const text = Array.from({ length: 50_000 }, (_, i) => `Zürich;${i}\n`).join("");
    const ranges = Math.ceil(new TextEncoder().encode(text).length / (64 * 1024));
    assert.deepEqual(lines, [`${ranges} ranges, sum ${50_000 * 49_999 / 2}`]);
  },

  model({ lines }) {
    assert.deepEqual(lines, [
      "fruit vegetable unknown fruit fruit vegetable",
      "loaded once in each worker",
    ]);
  },

  remote_manager({ lines }) {
    assert.deepEqual(lines, ["Ann: 6, Bob: 6"]);
  },
};
