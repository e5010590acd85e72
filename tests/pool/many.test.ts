import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { ChunkCollector } from "../../src/pool/map_result.ts";
import { type PoolTask, TaskQueue } from "../../src/pool/task.ts";
import { type Outcome, status } from "../../src/pool/wire.ts";

/** More than any runtime takes as the arguments of a call. */
const many = 200_000;

describe("What is more than a call takes arguments", () => {
  it("is joined by a map of as many chunks", () => {
    let outcome: Outcome | undefined;
    const collector = new ChunkCollector(many, (it) => outcome = it);
    for (let i = 0; i < many; i++) {
      collector.collect(i, { status: status.fulfilled, value: i % 2 === 0 ? [i] : [[i], i] });
    }
    const results = outcome?.value as unknown[];
    assertEquals(results.length, 1.5 * many);
    assertEquals(results.slice(-3), [many - 2, [many - 1], many - 1]);
  });

  it("comes back into the queue of a pool", () => {
    const queue = new TaskQueue();
    const tasks = Array.from({ length: many }, (_, id) => ({ id, settled: false } as PoolTask));
    for (const task of tasks.slice(-2)) queue.push(task);
    queue.shift();
    queue.unshift(tasks);
    assertEquals(queue.length, many + 1);
    assertEquals(queue.peek(), tasks[0]);
    assertEquals(queue.waiting().at(-1), tasks.at(-1));
  });
});
