import assert from "node:assert/strict";
import { type Checks, groups } from "../_check.ts";

export const checks: Checks = {
  send_recv({ lines }) {
    assert.deepEqual(lines, ["Process 2 received 6 * 7", "Process 1 received 42"]);
  },

  one_process({ lines, duration }) {
    assert.equal(lines[0], "zty");
    groups(lines[1], /^TimeoutError: .*500 ms/);
    assert.equal(lines[2], "zty");
    assert.equal(lines.length, 3);
    assert.ok(duration >= 500, "the second recv waits");
  },

  producer_consumer({ lines, duration, speed }) {
    assert.equal(lines.length, 13);
    for (const line of lines.slice(0, 10)) {
      const [element] = groups(line, /^处理一个元素:(\d+)$/);
      assert.ok(Number(element) < 100);
    }
    assert.deepEqual(lines.slice(10), [
      "consumer still waits: true",
      "处理结束",
      "exit codes: 0, -15",
    ]);
    assert.ok(duration >= 2000 / speed);
  },
};
