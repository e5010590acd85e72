/**
 * Calls a second of a managed dictionary, by one child and by two at once. The children measure;
 * their parent, which is a client as well, looks after each turn whether all was set.
 */

import { Barrier, Manager, Process, RawArray, setStartMethod } from "@nproc/multiprocessing";
import { endSoon, programOptions } from "../lib/program.ts";
import { expectEqual, printRow } from "../lib/row.ts";
import { checkDict, Client, type Dict, initialItems } from "./client.ts";
import { sizes } from "./sizes.ts";
import { paceNames, rateOf, scenarioOf, type Turn, turnsOf } from "./turns.ts";

/** What the children share. */
export interface Shared {
  readonly dict: Dict;
  /** The children and their parent before and after each turn. */
  readonly turn: Barrier;
  /** For each client the milliseconds of the turn, and what its values have in common. */
  readonly times: Float64Array;
  readonly common: Float64Array;
}

const turns = turnsOf(2);

export async function takePart(shared: Shared, number: number): Promise<void> {
  const client = new Client(shared.dict, number);
  for (let round = -1; round < sizes.rounds; round++) {
    for (const turn of turns) {
      await shared.turn.wait();
      if (number < turn.clients) {
        shared.times[number] = await client.play(turn);
        shared.common[number] = client.common;
      }
      await shared.turn.wait();
    }
  }
}

/** One turn, as the parent sees it: calls a second. */
async function watch({ dict, turn, times, common }: Shared, what: Turn): Promise<number> {
  times.fill(0);
  await turn.wait();
  await turn.wait();
  for (const [number, values] of common.entries()) await checkDict(dict, number, values);
  return rateOf(what, Math.max(...times));
}

async function main(): Promise<void> {
  const { method } = programOptions();
  setStartMethod(method);
  await using manager = new Manager();
  const shared: Shared = {
    dict: manager.dict<string, number>(initialItems(2)),
    turn: new Barrier(3, { timeout: 30_000 }),
    times: new RawArray("d", 2) as Float64Array,
    common: new RawArray("d", 2) as Float64Array,
  };
  const children = [0, 1].map((i) => new Process({ target: takePart, args: [shared, i] }));
  for (const child of children) child.start();
  const rates = turns.map((): number[] => []);
  for (let round = -1; round < sizes.rounds; round++) {
    for (const [i, turn] of turns.entries()) {
      const rate = await watch(shared, turn);
      if (round >= 0) rates[i]!.push(rate);
    }
  }
  for (const child of children) {
    await child.join();
    expectEqual(child.exitCode, 0, "A child's exit code");
  }
  for (const [i, { work, clients, pace }] of turns.entries()) {
    printRow({
      scenario: scenarioOf(work, clients),
      competitor: paceNames[pace],
      method,
      unit: "calls/s",
      samples: rates[i]!,
    });
  }
}

if (import.meta.main) {
  await main();
  endSoon();
}
