import assert from "node:assert/strict";
import { type Checks, groups } from "../_check.ts";

export const checks: Checks = {
  queue_in_pool({ lines }) {
    assert.equal(lines.length, 8);
    const [main] = groups(lines[0]!, /^\((\d+)\) start$/);
    const [writer, parent] = groups(lines[1]!, /^writer启动\((\d+)\),父进程为\((\d+)\)$/);
    const [reader, other] = groups(lines[2]!, /^reader启动\((\d+)\),父进程为\((\d+)\)$/);
    assert.equal(parent, main);
    assert.equal(other, main);
    assert.ok(writer !== main && reader !== main, "tasks run in children");
    assert.deepEqual(
      lines.slice(3, 7),
      [1, 2, 3, 4].map((n) => `reader从Queue获取到消息:Message${n} `),
    );
    assert.equal(lines[7], `(${main}) End`);
  },

  queue_producer_consumer({ lines }) {
    assert.deepEqual(lines, ["a"]);
  },

  value({ lines }) {
    assert.deepEqual(lines, ["1024", "zty"]);
  },

  namespace({ lines }) {
    assert.deepEqual(lines, ["zty", '{"Id":12345,"Addr":"chengdu"}', "19"]);
  },

  namespace_mutable({ lines }) {
    assert.deepEqual(lines, ["[5, 1, 2]", "[5, 1, 3]"]);
  },

  types({ lines }) {
    assert.deepEqual(lines.slice(0, 9), [
      "dict: 12345",
      "Queue: zty",
      "Lock: true",
      "RLock: true",
      "Condition: true",
      "Semaphore: 1",
      "Event: true",
      "Namespace: zty",
      "Array: 3",
    ]);
    assert.equal(lines.length, 10);
    assert.match(lines[9]!, /^TypeError: .* b B h H i I l L q Q f d: received "c"$/);
  },
};
