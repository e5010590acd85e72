import assert from "node:assert/strict";
import { type Checks, distinct, groups, numbers, squares, take } from "../_check.ts";
import { films, pages } from "../_site.ts";

export const checks: Checks = {
  apply_async({ lines, duration, speed }) {
    const added = numbers(10).map((i) => `----添加任务:${i}-----`);
    const done = /^---进程号: (\d+) ---num=(\d+)----$/;
    // Ten that are not waited for: all are added first, and done by three.
    assert.deepEqual(lines.slice(0, 10), added);
    const ten = lines.slice(10, 20).map((line) => groups(line, done));
    assert.deepEqual(ten.map(([, num]) => num).sort(), numbers(10));
    assert.equal(distinct(ten.map(([pid]) => pid)), 3);
    // Ten that are: each is done before the next is added.
    assert.equal(lines.length, 40);
    for (let i = 0; i < 10; i++) {
      assert.equal(lines[20 + 2 * i], added[i]);
      assert.equal(groups(lines[21 + 2 * i], done)[1], String(i));
    }
    assert.ok(duration >= (4 + 10) * 2000 / speed, "a worker does one after another");
  },

  apply({ lines, duration, speed }) {
    assert.equal(lines.length, 20);
    const workers = squares(10).map((_, i) => {
      const [pid] = groups(lines[2 * i], /^(\d+) run$/);
      assert.equal(lines[2 * i + 1], `[${squares(i + 1).join(", ")}]`);
      return pid;
    });
    assert.ok(distinct(workers) <= 3);
    assert.ok(duration >= 10 * 3000 / speed, "one after another");
  },

  async_results({ lines }) {
    const workers = lines.slice(0, 10).map((line) => groups(line, /^(\d+) run$/)[0]);
    assert.ok(distinct(workers) <= 3);
    assert.deepEqual(lines.slice(10), squares(10));
  },

  collect({ lines, duration, speed }) {
    assert.deepEqual(lines, [`[${squares(10).join(", ")}]`]);
    assert.ok(duration >= 1000 / speed);
  },

  close_join({ lines }) {
    assert.equal(lines.shift(), "父进程开始");
    assert.equal(lines.pop(), "父进程结束");
    const workers = new Set<string>();
    for (const i of numbers(10)) {
      const [start, ...others] = lines.filter((line) => line.startsWith(`${i},`));
      const [end] = lines.filter((line) => line.startsWith(`${i}子`));
      const [pid] = groups(start, /^\d,子进程开始,进程ID:(\d+)$/);
      const [same, seconds] = groups(end, /^\d子进程结束,进程ID:(\d+),耗时([\d.]+)$/);
      assert.equal(others.length, 0);
      assert.equal(same, pid);
      // A worker does one after another.
      const ofWorker = lines.filter((line) => line.match(/进程ID:(\d+)/)?.[1] === pid);
      assert.equal(ofWorker.indexOf(end!), ofWorker.indexOf(start!) + 1);
      assert.ok(Number(seconds) > 0);
      workers.add(pid!);
    }
    assert.equal(lines.length, 20);
    assert.ok(workers.size <= 4);
  },

  methods({ lines }) {
    // Each result is there before the last task ends.
    const printed = (line: string): number => {
      assert.equal(lines.filter((other) => other === line).length, 1, line);
      return lines.indexOf(line);
    };
    assert.ok(printed("imap: 1") < printed("slow(4) returns"));
    assert.ok(printed("imap: 1") < printed("slow(3) returns"));
    assert.ok(printed("imap: 2") < printed("slow(4) returns"));
    assert.deepEqual(take(lines, /^slow\((\d)\) returns$/).flat().sort(), ["1", "2", "3", "4"]);
    assert.deepEqual(lines, [
      "3",
      "[0, 2, 4, 6, 8, 10, 12, 14, 16, 18]",
      ...["imap: 1", "imap: 2", "imap: 3", "imap: 4"],
      "[1, 2, 3, 4]",
    ]);
  },

  square({ lines }) {
    assert.deepEqual(lines, ["[0, 1, 4, 9, 16, 25, 36, 49, 64, 81]"]);
  },

  process_data({ lines, duration, speed }) {
    assert.deepEqual(lines, ["APPLE", "BANANA", "CHERRY", "DATE", "ELDERBERRY"]);
    assert.ok(duration >= 2 * 1000 / speed, "three workers take two turns");
  },

  callback_pages({ lines }) {
    const paths = Object.keys(pages);
    const site = groups(lines[0], /^<进程\d+> get (http:\/\/127\.0\.0\.1:\d+)\/\w+$/)[0]!;
    const urls = paths.map((path) => site + path);
    for (const url of urls) {
      const ofPage = lines.filter((line) => line.endsWith(` ${url}`));
      assert.equal(ofPage.length, 2, url);
      groups(ofPage[0], /^<进程\d+> get /);
      groups(ofPage[1], /^<进程\d+> parse /);
    }
    assert.equal(lines.findIndex((line) => line.startsWith("[")), 2 * urls.length);
    const gets = take(lines, /^<进程(\d+)> get (.*)$/);
    const parses = take(lines, /^<进程(\d+)> parse (.*)$/);
    // One process parses, which is none of those that get.
    assert.ok(distinct(gets.map(([pid]) => pid)) <= 3);
    assert.equal(distinct(parses.map(([pid]) => pid)), 1);
    assert.ok(gets.every(([pid]) => pid !== parses[0]![0]));

    const text = "<!DOCTYPE html>\r\n...";
    assert.deepEqual(JSON.parse(lines.shift()!), urls.map((url) => ({ url, text })));
    // In the file the pages are in the order in which they were parsed.
    assert.deepEqual(
      lines,
      parses.map(([, url]) => `url:<${url}> size:[${pages[url!.slice(site.length)]!.length}]`),
    );
  },

  crawler({ lines }) {
    assert.deepEqual(lines.map((line) => JSON.parse(line)), films);
  },

  result_object({ lines, speed, duration }) {
    const initialized = take(lines, /^<进程(\d+)> initializer m²$/);
    // Once in each worker; on a busy machine the second one may be too late for any task.
    assert.ok([1, 2].includes(initialized.length));
    assert.equal(distinct(initialized.flat()), initialized.length);
    assert.deepEqual(lines, [
      "ready: false",
      "successful: Error: Cannot tell whether the call is successful as it is not ready",
      "ready after wait(10 ms): false",
      "ready after wait: true",
      "successful: true",
      "get: 9 m²",
      "bad, ready: true",
      "bad, successful: false",
      "bad, get: RangeError: work went wrong",
      "map, ready: false",
      "map, get: 1 m²,4 m²",
      "map, successful: true",
      "terminated, ready: true",
      "terminated, successful: false",
      "terminated, get: CancelledError: The pool was terminated before the task was done",
    ]);
    assert.ok(duration >= 2 * 3000 / speed);
  },

  timeout({ lines, duration }) {
    assert.deepEqual(lines, ["100", "TimeoutError: The result is not ready after 1000 ms", "121"]);
    assert.ok(duration >= 1000 && duration < 10_000, "the pool's end cuts the sleep short");
  },

  map({ lines }) {
    assert.deepEqual(lines, ["[1, 4, 9, 16, 25]"]);
  },

  imap({ lines }) {
    assert.equal(lines[0], "[0, 1, 4, 9, 16, 25, 36, 49, 64, 81]");
    // What follows the name of the class is the console's own.
    assert.match(lines[1]!, /^<ResultIterator /);
    assert.ok(lines.slice(2, -3).every((line) => /^[ }]/.test(line)));
    assert.deepEqual(lines.slice(-3), ["0", "1", "4"]);
  },

  map_async({ lines }) {
    assert.deepEqual(lines, ["[1, 4, 9, 16, 25]", "[1, 4, 9, 16, 25]"]);
  },
};
