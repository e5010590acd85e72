import assert from "node:assert/strict";
import { type Checks, groups } from "../_check.ts";

export const checks: Checks = {
  basics: {
    // The error that nothing catches.
    stderr: /^Process Process-2:\n.*worker went wrong/,
    check({ lines, duration, speed }) {
      assert.deepEqual(lines, [
        "before start: alive false, exit code null",
        "进程正在运行",
        "join for a moment: false",
        "still running: alive true, exit code null",
        "worker(3) ends",
        "join: true",
        "ended: alive false, exit code 0",
        "failed: alive false, exit code 1",
        "endless: alive true",
        "terminated: alive false, exit code -15",
      ]);
      // The endless one would take longer than any example may.
      assert.ok(duration >= 3000 / speed, "the first worker takes its time");
    },
  },
  subclass({ lines }) {
    assert.equal(lines.length, 4);
    const [parent] = groups(lines[0], /^parent: process (\d+)$/);
    assert.equal(lines[1], "进程正在运行");
    const [child] = groups(lines[2], /^Greeter of world: hello, world \(process (\d+)\)$/);
    assert.equal(lines[3], `Greeter of world: process ${child}, exit code 0`);
    assert.notEqual(child, parent);
  },
};
