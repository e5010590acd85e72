/**
 * The same for a client that knows only an address and a key: a process of its own, over TCP. The
 * start method is that of the manager's server.
 */

import { getContext, Manager } from "@nproc/multiprocessing";
import { endSoon, programOptions } from "../lib/program.ts";
import { expectEqual, printRow } from "../lib/row.ts";
import { checkDict, Client, initialItems } from "./client.ts";
import { sizes } from "./sizes.ts";
import { paceNames, rateOf, scenarioOf, turnsOf } from "./turns.ts";

const authKey = "the key of the benches";
const turns = turnsOf(1);

/** Takes all turns, and writes down the rates. */
export async function takeTurns(address: string, rates: Float64Array): Promise<void> {
  await using manager = await Manager.connect(address, { authKey });
  const dict = manager.dict<string, number>(initialItems(1));
  const client = new Client(dict, 0);
  for (let round = -1; round < sizes.rounds; round++) {
    for (const [i, turn] of turns.entries()) {
      const time = await client.play(turn);
      await checkDict(dict, 0, client.common);
      if (round >= 0) rates[round * turns.length + i] = rateOf(turn, time);
    }
  }
}

async function main(): Promise<void> {
  const { method } = programOptions();
  const { Process, RawArray } = getContext("process");
  await using manager = new (getContext(method).Manager)({ address: "127.0.0.1:0", authKey });
  const rates = new RawArray("d", turns.length * sizes.rounds) as Float64Array;
  const child = new Process({ target: takeTurns, args: [await manager.address, rates] });
  child.start();
  await child.join();
  expectEqual(child.exitCode, 0, "The client's exit code");
  for (const [i, { work, pace }] of turns.entries()) {
    printRow({
      scenario: scenarioOf(work, "remote"),
      competitor: paceNames[pace],
      method,
      unit: "calls/s",
      samples: [...rates].filter((_, at) => at % turns.length === i),
    });
  }
}

if (import.meta.main) {
  await main();
  endSoon();
}
