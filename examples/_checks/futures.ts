import assert from "node:assert/strict";
import { type Checks, distinct, take } from "../_check.ts";

export const checks: Checks = {
  executor({ lines, duration, speed }) {
    const runs = take(lines, /^(\d+) run (\d)$/);
    assert.deepEqual(runs.map(([, n]) => n).sort(), ["1", "2", "2", "2", "3", "4", "6"]);
    assert.ok(distinct(runs.map(([pid]) => pid)) <= 3);
    // The results of a map come in the order of its input, whatever comes first.
    assert.deepEqual(lines.slice(0, 4), [
      "submit, done: false",
      "submit, result: 4",
      "submit, done: true",
      "map: [9, 4, 1]",
    ]);
    // On a busy machine one may overtake another that began with it.
    assert.deepEqual(lines.slice(4).sort(), [
      "as_completed: 2 -> 4",
      "as_completed: 4 -> 16",
      "as_completed: 6 -> 36",
    ]);
    assert.ok(duration >= (2 + 3 + 6) * 1000 / speed, "three workers do three at a time");
  },
};
