// @runs-on every: it is about what the runtime does

import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { getContext } from "../../mod.ts";
import {
  freeThreadId,
  newThreadId,
  perProcess,
  threadNumber,
  threadNumbers,
} from "../../src/runtime/thread_id.ts";
import { linesOf, noLeaks } from "../harness.ts";
import * as f from "./thread_fixtures.ts";

/** Has the search for a free number go on behind that one. */
const seek = (number: number): void => {
  threadNumbers()[0] = number;
};

describe("The ids of threads", () => {
  noLeaks();

  it("are nobody else's as long as the thread lives, however many come after it", () => {
    const first = newThreadId();
    const ids = new Set([first]);
    // Twice around.
    for (let i = 0; i < 2 * perProcess; i++) {
      const id = newThreadId();
      assertEquals(Math.floor(id / perProcess), process.pid);
      assert(threadNumber(id) > 0 && id !== first, `${id} is somebody's`);
      ids.add(id);
      freeThreadId(id);
    }
    assertEquals(ids.size, perProcess - 1);
    freeThreadId(first);
  });

  it("go on when the count of starts begins anew", () => {
    seek(-3);
    const ids = Array.from({ length: 6 }, newThreadId);
    assertEquals(new Set(ids).size, 6);
    for (const id of ids) freeThreadId(id);
  });

  it("are refused when all are taken, and given again", () => {
    const ids: number[] = [];
    const error = assertThrows(
      () => {
        for (;;) ids.push(newThreadId());
      },
      RangeError,
      `Cannot start a worker as this process has ${perProcess - 1} of them`,
    );
    assert(error instanceof RangeError);
    assertEquals(new Set(ids).size, perProcess - 1);
    freeThreadId(ids[100]!);
    assertEquals(newThreadId(), ids[100]);
    for (const id of ids) freeThreadId(id);
  });

  it("are free again with those of the threads that an ended one has started", async () => {
    const numbers = threadNumbers();
    const taken = () => numbers.subarray(1, perProcess).filter((word) => word !== 0).length;
    const before = taken();
    const { Process } = getContext("worker");
    await using child = new Process({ target: f.startAndStay, daemon: false });
    child.start();
    while (taken() < before + 2) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill();
    await child.join();
    assertEquals(taken(), before);
  });

  it("do not have a thread take for its own what another holds", async () => {
    const { Process, RLock, Semaphore } = getContext("worker");
    using lock = new RLock();
    using held = new Semaphore(0);
    using end = new Semaphore(0);
    await using holder = new Process({ target: f.holdUntil, args: [lock, held, end] });
    holder.start();
    await held.acquire();
    // As after so many starts.
    seek(threadNumber(holder.pid!) - 1);
    await using other = new Process({ target: f.endIfTaken, args: [lock] });
    other.start();
    assertNotEquals(other.pid, holder.pid);
    await other.join();
    assertEquals([other.exitCode, lock.tryAcquire(), lock.abandoned], [0, false, false]);
    end.release();
    await holder.join();
    assertEquals(lock.tryAcquire(), true);
    lock.release();
  });

  it("are told apart by two copies of this package in one program", async () => {
    const lines = await linesOf(new URL("programs/copies.ts", import.meta.url));
    assertEquals(lines, [
      "same version: one arena of threads, one of processes, 6 ids of 6 threads",
      "other version: an arena of its own of threads, of processes",
      "thread: an arena of its own",
      "process: an arena of its own",
    ]);
  });
});
