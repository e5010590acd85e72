/** The protocols of shared memory, in all orders of their steps: see `src/memory/README.md`. */

import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { explore, type Model, type Party } from "../explore.ts";

/** A futex: a count of changes, and whether somebody may be asleep. */
interface FutexState {
  isDone: boolean;
  count: number;
  mayBeAsleep: boolean;
  readonly asleep: Set<number>;
  /** Those that went on since they saw what they waited for. */
  readonly seen: Set<number>;
}

/** Changes something, and wakes all who sleep. */
function* waker(state: FutexState): Generator<void, void> {
  state.isDone = true;
  yield;
  if (!state.mayBeAsleep) return;
  yield;
  const mayBeAsleep = state.mayBeAsleep;
  state.mayBeAsleep = false;
  if (!mayBeAsleep) return;
  yield;
  state.count++;
  yield;
  state.asleep.clear();
}

/**
 * Waits until it is done: looks once more after it has said that it may be asleep, if `looksAgain`.
 */
const sleeper = (id: number, looksAgain: boolean): Party<FutexState> =>
  function* (state) {
    if (state.isDone) return void state.seen.add(id);
    yield;
    const { count } = state;
    yield;
    state.mayBeAsleep = true;
    yield;
    if (looksAgain && state.isDone) return void state.seen.add(id);
    yield;
    // One step: the system compares the count and sleeps.
    if (state.count === count) state.asleep.add(id);
    else state.seen.add(id);
  };

const futex = (sleepers: number, looksAgain: boolean): Model<FutexState> => ({
  begin: () => ({
    isDone: false,
    count: 0,
    mayBeAsleep: false,
    asleep: new Set(),
    seen: new Set(),
  }),
  parties: [waker, ...Array.from({ length: sleepers }, (_, i) => sleeper(i, looksAgain))],
  check: ({ asleep }) => assertEquals(asleep.size, 0, "a wake-up was missed"),
});

/** What is known at a slot: the stamp of the child that is there, and how many have ended. */
interface Slot {
  stamp: number;
  generation: number;
}

/** Replaces the state of a slot, unless another was faster. */
function replace(state: Slot, seen: Readonly<Slot>, stamp: number, generation: number): boolean {
  if (state.stamp !== seen.stamp || state.generation !== seen.generation) return false;
  Object.assign(state, { stamp, generation });
  return true;
}

/** Says that the child with a stamp has ended. */
const noteEnd = (stamp: number): Party<Slot> =>
  function* (state) {
    for (;;) {
      const seen = { ...state };
      yield;
      if (seen.stamp !== stamp || replace(state, seen, 0, seen.generation + 1)) return;
      yield;
    }
  };

/** Enters the child with a stamp: the end of one that is still there was not told yet. */
const enter = (stamp: number): Party<Slot> =>
  function* (state) {
    for (;;) {
      const seen = { ...state };
      yield;
      if (seen.stamp === stamp) return;
      if (replace(state, seen, stamp, seen.generation + (seen.stamp === 0 ? 0 : 1))) return;
      yield;
    }
  };

describe("The protocols of shared memory, in every order", () => {
  it("miss no wake-up on a futex", () => {
    assert(explore(futex(1, true)) > 10);
    assert(explore(futex(2, true)) > 100);
    assertThrows(() => explore(futex(1, false)), Error, "missed");
  });

  it("count each end of a child once, also where its id is another's by then", () => {
    const ends = explore<Slot>({
      begin: () => ({ stamp: 1, generation: 5 }),
      parties: [noteEnd(1), noteEnd(1), enter(2)],
      check: (state) => assertEquals(state, { stamp: 2, generation: 6 }),
    });
    assert(ends > 10);
  });

  it("have a child that is entered twice be there once", () => {
    const ends = explore<Slot>({
      begin: () => ({ stamp: 0, generation: 5 }),
      parties: [enter(2), enter(2)],
      check: (state) => assertEquals(state, { stamp: 2, generation: 5 }),
    });
    assert(ends > 3);
  });
});
