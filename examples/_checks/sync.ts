import assert from "node:assert/strict";
import { type Checks, groups, numbers, take } from "../_check.ts";

/** Fails unless these lines, of which each is there once, came in this order. */
function inOrder(lines: string[], ...wanted: string[]): void {
  for (const line of wanted) {
    assert.equal(lines.filter((other) => other === line).length, 1, line);
  }
  assert.deepEqual(lines.filter((line) => wanted.includes(line)), wanted);
}

export const checks: Checks = {
  semaphore({ lines, duration, speed }) {
    let inside = 0;
    for (const line of lines) {
      const [, what] = groups(line, /^Worker (\d) (acquired|released) semaphore$/);
      inside += what === "acquired" ? 1 : -1;
      assert.ok(inside <= 2, `${line}, which makes ${inside} inside`);
    }
    for (const i of numbers(5)) {
      inOrder(lines, `Worker ${i} acquired semaphore`, `Worker ${i} released semaphore`);
    }
    assert.equal(lines.length, 10);
    assert.ok(duration >= 3 * 2000 / speed, "five take three turns");
  },

  event({ lines, duration, speed }) {
    const set = "Main sets event";
    for (const i of numbers(3)) {
      const [waiting, received, completed] = [
        `Worker ${i} waiting for event`,
        `Worker ${i} received event`,
        `Worker ${i} completed task`,
      ];
      inOrder(lines, waiting, received, completed);
      inOrder(lines, set, received);
    }
    assert.equal(lines.length, 10);
    assert.ok(duration >= (3 + 2) * 1000 / speed);
  },

  condition({ lines, duration, speed }) {
    assert.deepEqual(lines, [
      "Consumer is waiting",
      "Producer is producing the product",
      "Consumer is consuming the product",
    ]);
    assert.ok(duration >= 2000 / speed);
  },

  lock({ lines, duration, speed }) {
    assert.equal(lines[0], "with the lock: 50 of 50");
    const [wrong] = groups(lines[1], /^without it: (\d+) of 50$/);
    assert.ok(Number(wrong) > 0 && Number(wrong) < 50, "what others added is lost");
    assert.equal(lines.length, 2);
    assert.ok(duration >= 50 * 100 / speed, "one at a time");
  },

  condition_notify_all({ lines }) {
    const produced = lines.indexOf("Producer makes product 42");
    assert.equal(produced, 5, "all five wait before there is a product");
    const consumers = (part: string[], form: RegExp): string[] =>
      take([...part], form).flat().sort();
    assert.deepEqual(
      consumers(lines.slice(0, produced), /^Consumer (\d) is waiting$/),
      numbers(5),
    );
    assert.deepEqual(
      consumers(lines.slice(produced + 1), /^Consumer (\d) consumes product 42$/),
      numbers(5),
    );
    assert.equal(lines.length, 11);
  },
};
