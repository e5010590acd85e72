/**
 * Pairs of acquire and release, and values that are changed, where nobody else is: in turns with
 * the two `compareExchange` that a lock takes at least.
 */

import {
  type Acquirable,
  Lock,
  RawArray,
  Semaphore,
  setStartMethod,
  Value,
} from "@nproc/multiprocessing";
import { timeInTurns } from "../lib/measure.ts";
import { endSoon, programOptions } from "../lib/program.ts";
import { expectEqual, printRow } from "../lib/row.ts";
import { plainWords, SpinLock } from "./bare.ts";
import { sizes } from "./sizes.ts";

/** Does something so many times, and gives how often it did. */
interface Contender {
  readonly count: number;
  run(count: number): number | Promise<number>;
}

const { pairs, awaitedPairs } = sizes;

/** The ways to hold a lock or semaphore for a moment. */
function waysToHold(lock: Acquirable): Record<string, Contender> {
  return {
    tryAcquire: {
      count: pairs,
      run: (count) => {
        let done = 0;
        for (let i = 0; i < count; i++) {
          if (lock.tryAcquire()) done++;
          lock.release();
        }
        return done;
      },
    },
    acquireSync: {
      count: pairs,
      run: (count) => {
        let done = 0;
        for (let i = 0; i < count; i++) {
          if (lock.acquireSync()) done++;
          lock.release();
        }
        return done;
      },
    },
    holdSync: {
      count: pairs,
      run: (count) => {
        let done = 0;
        for (let i = 0; i < count; i++) {
          using _ = lock.holdSync();
          done++;
        }
        return done;
      },
    },
    "await acquire": {
      count: awaitedPairs,
      run: async (count) => {
        let done = 0;
        for (let i = 0; i < count; i++) {
          if (await lock.acquire()) done++;
          lock.release();
        }
        return done;
      },
    },
    "await hold": {
      count: awaitedPairs,
      run: async (count) => {
        let done = 0;
        for (let i = 0; i < count; i++) {
          using _ = await lock.hold();
          done++;
        }
        return done;
      },
    },
  };
}

function barePairs(words: Int32Array): Contender {
  const lock = new SpinLock(words);
  return {
    count: pairs,
    run: (count) => {
      for (let i = 0; i < count; i++) {
        lock.acquire();
        lock.release();
      }
      return count;
    },
  };
}

/** The ways to add one to a value under its lock. */
function waysToAdd(value: Value, words: Int32Array): Record<string, Contender> {
  const lock = value.getLock();
  const added = (before: number): number => value.value - before;
  return {
    acquireSync: {
      count: pairs,
      run: (count) => {
        const before = value.value;
        for (let i = 0; i < count; i++) {
          lock.acquireSync();
          value.value++;
          lock.release();
        }
        return added(before);
      },
    },
    holdSync: {
      count: pairs,
      run: (count) => {
        const before = value.value;
        for (let i = 0; i < count; i++) {
          using _ = value.holdSync();
          value.value++;
        }
        return added(before);
      },
    },
    "await hold": {
      count: awaitedPairs,
      run: async (count) => {
        const before = value.value;
        for (let i = 0; i < count; i++) {
          using _ = await value.hold();
          value.value++;
        }
        return added(before);
      },
    },
    bare: {
      count: pairs,
      run: (count) => {
        const before = Atomics.load(words, 0);
        for (let i = 0; i < count; i++) Atomics.add(words, 0, 1);
        return Atomics.load(words, 0) - before;
      },
    },
  };
}

/** Times a scenario's contenders in turns. */
async function compare(scenario: string, contenders: Record<string, Contender>): Promise<void> {
  const { method } = programOptions();
  const steps = Object.entries(contenders).map(([name, { count, run }]) => {
    const step = async (): Promise<number> => {
      const before = performance.now();
      const done = await run(count);
      const time = performance.now() - before;
      expectEqual(done, count, `${scenario}, ${name}`);
      return time;
    };
    return [name, step] as const;
  });
  const times = await timeInTurns(Object.fromEntries(steps), sizes.rounds);
  for (const [competitor, { count }] of Object.entries(contenders)) {
    const samples = times[competitor]!.map((time) => 1000 * count / time);
    printRow({ scenario, competitor, method, unit: "pairs/s", samples, beside: "bare" });
  }
}

async function main(): Promise<void> {
  const { method, scenarios } = programOptions();
  setStartMethod(method);
  const wanted = (scenario: string): boolean => scenarios?.includes(scenario) ?? true;
  const words = plainWords(new RawArray("i", 16) as Int32Array);
  if (wanted("lock")) {
    await compare("lock", { ...waysToHold(new Lock()), bare: barePairs(words) });
  }
  if (wanted("semaphore")) {
    await compare("semaphore", { ...waysToHold(new Semaphore(1)), bare: barePairs(words) });
  }
  if (wanted("value")) await compare("value", waysToAdd(new Value("i", 0), words));
  endSoon();
}

await main();
