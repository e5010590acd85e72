import assert from "node:assert/strict";
import { type Checks, groups } from "../_check.ts";

export const checks: Checks = {
  write_then_read({ lines, duration, speed }) {
    assert.deepEqual(lines, [
      "Put Message1 to queue...",
      "Put Message2 to queue...",
      "Put Message3 to queue...",
      "Get Message1 to queue...",
      "Get Message2 to queue...",
      "Get Message3 to queue...",
      "...Done",
    ]);
    assert.ok(duration >= (3 + 3) * 2000 / speed, "the reader begins when the writer has ended");
  },

  put_get({ lines }) {
    assert.deepEqual(lines, [
      "Process 2 got 1,2,3 of 1970-01-01T00:00:00.000Z from Process 1",
      "left in the queue: 0",
    ]);
  },

  producer_consumer({ lines }) {
    assert.equal(lines.length, 12);
    for (const line of lines.slice(0, 10)) {
      const [element] = groups(line, /^处理一个元素:(\d+)$/);
      assert.ok(Number(element) < 100);
    }
    assert.deepEqual(lines.slice(10), ["处理结束", "exit codes: 0, -15"]);
  },
};
