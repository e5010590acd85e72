/**
 * Random rounds of submissions, cancellations, waits and now and then a kill: every future settles
 * exactly once, and says the same to all who ask. `FUTURES_SEED` repeats a run.
 */

import process from "node:process";
import { afterAll, it } from "@std/testing/bdd";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { activeChildren } from "../../mod.ts";
import {
  asCompleted,
  BrokenProcessPool,
  CancelledError,
  type Future,
  type ProcessPoolExecutor,
  wait,
} from "../../futures.ts";
import { forEachMethod, stress } from "../harness.ts";
import { pause } from "../fixtures.ts";
import { Folder, linesIn } from "../process/scratch.ts";
import * as f from "../pool/fixtures.ts";
import { Random } from "../stress/random.ts";
import { traceSlowly } from "./fixtures.ts";
import { makeExecutor } from "./make_executor.ts";

const seed = Number(process.env["FUTURES_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
/** For each start method. */
const roundsToRun = stress ? 1000 : 50;
/** One round of so many ends with a kill, which costs the start of an executor. */
const killingRounds = stress ? 10 : 25;

type Fate = "result" | "slow" | "error";

class Submitted {
  readonly id: number;
  readonly fate: Fate;
  readonly future: Future<unknown>;
  /** How often its callback was called, and what those who waited were told. */
  called = 0;
  readonly told: Promise<PromiseSettledResult<unknown>[]>;
  /** What its first successful `cancel()` promised. */
  wasCancelled = false;

  constructor(executor: ProcessPoolExecutor, id: number, fate: Fate, file: string) {
    this.id = id;
    this.fate = fate;
    this.future = this.#submit(executor, file);
    this.future.addDoneCallback(() => this.called++);
    const waits = [this.future, this.future.result(), this.future.result({ timeout: 60_000 })];
    this.told = Promise.allSettled(waits);
  }

  #submit(executor: ProcessPoolExecutor, file: string): Future<unknown> {
    if (this.fate === "error") return executor.submit(f.throwRangeError, String(this.id));
    const run: (file: string, x: number) => unknown = this.fate === "slow" ? traceSlowly : f.trace;
    return executor.submit(run, file, this.id);
  }

  cancel(): void {
    const could = !this.future.done() && !this.future.running();
    const did = this.future.cancel();
    assertEquals(did, could || this.wasCancelled, `cancel() of future ${this.id}`);
    this.wasCancelled ||= did;
  }

  async check(runs: number, killed: boolean): Promise<void> {
    const what = `future ${this.id} (${this.fate})`;
    const { future } = this;
    assertEquals([future.done(), future.running(), this.called], [true, false, 1], what);
    assertEquals(future.cancelled(), this.wasCancelled, what);
    const told = await this.told;
    for (const outcome of told) assertEquals(outcome, told[0], what);
    const [outcome] = told;
    if (outcome!.status === "fulfilled") {
      assertEquals([this.fate === "error", outcome!.value, runs], [false, this.id, 1], what);
    } else if (this.wasCancelled) {
      assertInstanceOf(outcome!.reason, CancelledError, what);
      assertEquals(runs, 0, what);
    } else if (outcome!.reason instanceof RangeError) {
      assertEquals([this.fate, outcome!.reason.message], ["error", String(this.id)], what);
    } else {
      assertInstanceOf(outcome!.reason, BrokenProcessPool, what);
      assert(killed, what);
      assert(runs <= 1, what);
    }
  }
}

/** One step of a round. */
async function step(random: Random, all: Submitted[], submit: () => void): Promise<void> {
  const roll = random.next();
  const some = (): Submitted[] => all.filter(() => random.chance(0.5));
  if (roll < 0.5 || all.length === 0) { for (let i = random.int(1, 8); i > 0; i--) submit(); }
  else if (roll < 0.75) random.pick(all).cancel();
  else if (roll < 0.8) { for (const each of some()) each.cancel(); }
  else if (roll < 0.88) await pause(random.int(0, 2));
  else if (roll < 0.94) {
    const futures = some().map(({ future }) => future);
    const { done, notDone } = await wait(futures, { timeout: 2, returnWhen: "FIRST_COMPLETED" });
    assertEquals(done.size + notDone.size, futures.length);
  } else {
    for await (const future of asCompleted(some().map(({ future }) => future))) {
      assert(future.done());
      if (random.chance(0.3)) break;
    }
  }
}

async function round(
  executor: ProcessPoolExecutor,
  random: Random,
  kills: boolean,
): Promise<void> {
  using folder = new Folder();
  const file = folder.file("file");
  const all: Submitted[] = [];
  const submit = (): void => {
    const fate = random.pick<Fate>(["result", "result", "slow", "error"]);
    all.push(new Submitted(executor, all.length, fate, file));
  };
  const steps = random.int(3, 20);
  const killAt = kills ? random.int(0, steps - 1) : undefined;
  for (let i = 0; i < steps; i++) {
    if (i === killAt) random.pick(activeChildren()).kill();
    await step(random, all, submit);
  }
  if (kills) {
    const broken = executor.submit(f.nothing);
    await Promise.allSettled(all.map(({ future }) => future));
    // A kill takes a while: who died of it is seen at last by this.
    while (activeChildren().length > 0) await pause(2);
    assertInstanceOf(await executor.submit(f.nothing).exception(), BrokenProcessPool);
    assert(broken.done());
  }
  await wait(all.map(({ future }) => future));
  const runs = new Map<number, number>();
  for (const id of linesIn(file).map(Number)) runs.set(id, (runs.get(id) ?? 0) + 1);
  for (const submitted of all) await submitted.check(runs.get(submitted.id) ?? 0, kills);
}

forEachMethod("Futures that are submitted, cancelled and killed at random", (method) => {
  let executor: ProcessPoolExecutor | undefined;
  afterAll(() => executor?.shutdown());

  it(`settle exactly once (seed ${seed})`, async () => {
    for (let i = 0; i < roundsToRun; i++) {
      const random = new Random(seed + i);
      const kills = i % killingRounds === killingRounds - 1;
      executor ??= makeExecutor(method, { maxWorkers: random.int(1, 2) });
      try {
        await round(executor, random, kills);
      } catch (error) {
        throw new Error(`Round ${i} of seed ${seed} went wrong`, { cause: error });
      }
      if (!kills) continue;
      await executor.shutdown();
      executor = undefined;
    }
  });
});
