/**
 * The protocols between a pool and its worker, in all orders of their steps: see
 * `src/pool/README.md`.
 */

import { describe, it } from "@std/testing/bdd";
import { assert, assertThrows } from "@std/assert";
import { explore, type Model } from "../explore.ts";

/** A worker begins a task whose lease may be over, and its pool takes the task back. */
interface Lease {
  /** 0 before the lease ends. */
  time: number;
  begun: boolean;
  runs: number;
  isTakenBack: boolean;
}

const lease = (writesFirst: boolean): Model<Lease> => ({
  begin: () => ({ time: 0, begun: false, runs: 0, isTakenBack: false }),
  parties: [
    function* worker(state) {
      if (writesFirst) {
        state.begun = true;
        yield;
      }
      const mayBegin = state.time === 0;
      yield;
      if (!writesFirst) state.begun = true;
      if (mayBegin) state.runs++;
    },
    function* pool(state) {
      state.time = 1;
      yield;
      state.isTakenBack = !state.begun;
      yield;
      // Another worker runs it.
      if (state.isTakenBack) state.runs++;
    },
  ],
  mortal: [0],
  check: ({ runs }) => assert(runs <= 1, `the task ran ${runs} times`),
});

/** A worker runs two tasks, and dies somewhere; its pool settles what it finds. */
interface Work {
  begun: number;
  outcomes: number;
  runs: number[];
  isRevoked: boolean;
  settled: ("done" | "lost" | "again")[];
}

const death = (isThread: boolean): Model<Work> => ({
  begin: () => ({ begun: 0, outcomes: 0, runs: [0, 0], isRevoked: false, settled: [] }),
  parties: [
    function* worker(state) {
      for (const task of [1, 2] as const) {
        state.begun = task;
        yield;
        if (state.isRevoked) return;
        yield;
        state.runs[task - 1]!++;
        yield;
        state.outcomes = task;
        yield;
      }
    },
    function* pool(state) {
      state.isRevoked = true;
      yield;
      const { outcomes } = state;
      yield;
      const { begun } = state;
      yield;
      for (const task of [1, 2]) {
        const isDone = task <= outcomes;
        state.settled.push(isDone ? "done" : task <= begun ? "lost" : "again");
        if (!isDone && task > begun) state.runs[task - 1]!++;
      }
    },
  ],
  mortal: isThread ? [] : [0],
  check: ({ runs, settled, outcomes }, dead) => {
    for (const [i, how] of settled.entries()) {
      assert(runs[i]! <= 1, `task ${i + 1} ran ${runs[i]} times`);
      if (how === "done") assert(runs[i] === 1 && outcomes > i, "it is done and did not run");
    }
    assert(settled.length === 2, "not all is settled");
    assert(dead.size <= 1);
  },
});

describe("The protocols between a pool and its worker, in every order", () => {
  it("run no task twice whose lease has ended", () => {
    assert(explore(lease(true)) > 10);
    assertThrows(() => explore(lease(false)), Error, "2 times");
  });

  it("settle each task once, and run none twice, where a worker dies or goes on after its end", () => {
    assert(explore(death(false)) > 100);
    assert(explore(death(true)) > 100);
  });
});
