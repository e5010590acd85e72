// @runs-on every: Node 26 maps memory by itself

import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertLess, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Kept, RecordQueue } from "../../src/channel/record_queue.ts";
import {
  allocateRecordQueue,
  countsAt,
  type RecordQueueLimits,
} from "../../src/channel/record_queue_layout.ts";
import { arenaOf } from "../../src/memory/arena.ts";
import { rounds } from "../harness.ts";
import { readRecord, record, Stage } from "./stage.ts";

/** `counted`: how many records, and how many bytes, it has had already. */
const make = (limits: RecordQueueLimits = {}, counted: number = 0): RecordQueue => {
  const block = allocateRecordQueue("worker", limits);
  for (const at of countsAt) block.arena.words[block.word + at] = counted;
  return new RecordQueue(block, "a record queue");
};

/** How far the heap was ever used, in bytes. */
const used = (): number => Number(arenaOf("worker").longs[1]);

/** Lengths on both sides of each limit: a loop's, a word's, a large record's, a segment's. */
const length = fc.oneof(
  fc.integer({ min: 0, max: 70 }),
  fc.constantFrom(16_383, 16_384, 16_385, 65_000, 66_000),
);

describe("A record queue", () => {
  it("gives the records that were put, as a list would", () => {
    const op = fc.oneof(length, fc.constant("take" as const));
    const limits = fc.record({
      items: fc.constantFrom(0, 1, 3),
      bytes: fc.constantFrom(0, 50, 20_000),
    });
    // On both sides of where the counts begin anew, and where they become negative.
    const counted = fc.constantFrom(
      0,
      -1,
      -20,
      -30_000,
      2 ** 31 - 1,
      2 ** 31 - 20,
      2 ** 31 - 30_000,
    );
    const property = fc.property(
      fc.array(op, { maxLength: 60 }),
      limits,
      counted,
      (ops, ...how) => {
        const [limits] = how;
        const records = make(...how);
        const model: Uint8Array[] = [];
        let id = 0;
        const isFull = (bytes: number): boolean => {
          const held = model.reduce((sum, each) => sum + each.length, 0);
          return (limits.items > 0 && model.length >= limits.items) ||
            (limits.bytes > 0 && held > 0 && held + bytes > limits.bytes);
        };
        for (const op of ops) {
          if (op === "take") assertEquals(records.take(readRecord), model.shift());
          else {
            const bytes = record(++id & 0xff, op);
            assertEquals(records.isFull(op), isFull(op));
            assertEquals(records.put(bytes), !isFull(op));
            if (!isFull(op)) model.push(bytes);
          }
          assertEquals([records.size, records.isEmpty], [model.length, model.length === 0]);
        }
        for (const bytes of model) assertEquals(records.take(readRecord), bytes);
        assertEquals(records.take(readRecord), undefined);
        records.dispose();
      },
    );
    fc.assert(property, { numRuns: rounds(100) });
  });

  it("lets a record pass that is larger than its limit, when it is empty", () => {
    const records = make({ bytes: 10 });
    assert(records.put(record(1, 100_000)));
    assert(!records.put(record(2, 0)) || records.size === 2);
    assert(!records.put(record(3, 1)));
    assertEquals(records.take(readRecord)?.length, 100_000);
    records.dispose();
  });

  it("keeps a record that is not to be taken yet, and none whose reading fails", () => {
    const failure = new Error("expected: not to be read");
    for (const length of [5, 20_000]) {
      const records = make();
      for (const id of [1, 2]) records.put(record(id, length));
      const kept = new Kept("why");
      for (let i = 0; i < 3; i++) assertStrictEquals(records.take(() => kept), kept);
      assertEquals(records.size, 2);
      const fail = (): never => {
        throw failure;
      };
      assertStrictEquals(assertThrows(() => records.take(fail)), failure);
      assertEquals(records.size, 1);
      assertEquals(records.take(readRecord), record(2, length));
      records.dispose();
    }
  });

  it("refuses to be used while it is being read, and goes on", () => {
    const records = make();
    records.put(record(1, 5));
    records.put(record(2, 5));
    assertThrows(() => records.take(() => records.take(readRecord)), Error, "is being read");
    assertEquals([records.size, records.take(readRecord)], [1, record(2, 5)]);
    records.dispose();
  });

  it("uses its memory again", () => {
    const records = make();
    const round = (): void => {
      for (let i = 0; i < 300; i++) records.put(record(i & 0xff, (i * 97) % 20_000));
      for (let i = 0; i < 300; i++) {
        assertEquals(records.take(readRecord)?.length, (i * 97) % 20_000);
      }
    };
    for (let i = 0; i < 3; i++) round();
    const before = used();
    for (let i = 0; i < 20; i++) round();
    // 60 MB go through it.
    assertLess(used() - before, 1_000_000);
    records.dispose();
  });

  it("gives back all that is in it when it is disposed", async () => {
    const round = async (): Promise<void> => {
      for (let i = 0; i < 50; i++) {
        const records = make();
        for (const length of [10, 30_000, 300_000]) records.put(record(i, length));
        records.dispose();
      }
      // What was in use a moment ago rests before it is used again.
      await new Promise((resolve) => setTimeout(resolve, 110));
    };
    await round();
    const before = used();
    for (let i = 0; i < 4; i++) await round();
    assertLess(used() - before, 1_000_000);
  });

  it("writes to nobody else's memory when it is disposed in the middle of anything", () => {
    for (const kind of ["put", "take"] as const) {
      for (const length of [200, 20_000]) {
        let isReached = true;
        for (let step = 1; isReached; step++) {
          const records = make();
          for (let id = 0; id < 5; id++) records.put(record(id, 15_000));
          const player = new Stage(records.block).player();
          const others: RecordQueue[] = [];
          const disturb = (): void => {
            isReached = true;
            records.dispose();
            for (let i = 0; i < 3; i++) {
              const other = make();
              for (let id = 0; id < 8; id++) other.put(record(id, 15_000));
              others.push(other);
            }
          };
          isReached = false;
          const act = (records: RecordQueue) =>
            kind === "put" ? records.put(record(9, length)) : records.take(readRecord);
          try {
            player.pauseAt(step, act, disturb);
          } catch (error) {
            // The other, where so much time has gone by that the memory is another's by now.
            const isRefusal = error instanceof Error &&
              /is disposed|as this thread was ended/.test(error.message);
            assert(isRefusal, String(error));
          }
          for (const other of others) {
            for (let id = 0; id < 8; id++) assertEquals(other.take(readRecord), record(id, 15_000));
            assertEquals([other.size, other.isEmpty], [0, true]);
            other.dispose();
          }
          if (!isReached) records.dispose();
        }
      }
    }
  });
});
