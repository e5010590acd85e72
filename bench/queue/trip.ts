/** How long a message takes from a child to another and back: in turns with a bare channel. */

import { Barrier, Process, RawArray, setStartMethod } from "@nproc/multiprocessing";
import { openChannel } from "../lib/channel.ts";
import { endSoon, programOptions } from "../lib/program.ts";
import { expectEqual, type Method, printRow } from "../lib/row.ts";
import type { Order } from "./raw_child.ts";
import { sizes } from "./sizes.ts";
import { openWays, type Way, wayNames, type Ways, waysOf } from "./ways.ts";

/** What the children share. */
export interface Shared {
  readonly there: Ways;
  readonly back: Ways;
  /** The children and their parent before and after each turn. */
  readonly turn: Barrier;
  /** Microseconds of a round trip of the turn. */
  readonly time: Float64Array;
}

const { count, rounds } = sizes.trips;

/** Plays each way in each round. */
async function takePart(
  { there, back, turn }: Shared,
  play: (there: Way, back: Way) => Promise<void>,
): Promise<void> {
  const [allThere, allBack] = [waysOf(there), waysOf(back)];
  for (let round = -1; round < rounds; round++) {
    for (const name of wayNames) {
      await turn.wait();
      await play(allThere[name]!, allBack[name]!);
      await turn.wait();
    }
  }
}

const settled = async (value: unknown): Promise<unknown> =>
  value instanceof Promise ? await value : value;

export async function sendBack(shared: Shared): Promise<void> {
  await takePart(shared, async (there, back) => {
    for (let i = 0; i < count; i++) await back.put(await settled(there.get()));
  });
}

export async function sendThere(shared: Shared): Promise<void> {
  await takePart(shared, async (there, back) => {
    const before = performance.now();
    for (let i = 0; i < count; i++) {
      await there.put(i);
      expectEqual(await settled(back.get()), i, "A round trip");
    }
    shared.time[0] = 1000 * (performance.now() - before) / count;
  });
}

function rawTrips(method: Method): { run(): Promise<number>; end(): Promise<void> } {
  const channel = openChannel(method, new URL("./raw_child.ts", import.meta.url));
  channel.post({} satisfies Order);
  const run = async (): Promise<number> => {
    const before = performance.now();
    for (let i = 0; i < count; i++) {
      await new Promise((resolve) => {
        channel.onMessage = resolve;
        channel.post(i);
      });
    }
    return 1000 * (performance.now() - before) / count;
  };
  return { run, end: () => channel.close() };
}

async function main(): Promise<void> {
  const { method } = programOptions();
  setStartMethod(method);
  const shared: Shared = {
    there: openWays(),
    back: openWays(),
    turn: new Barrier(3, { timeout: 30_000 }),
    time: new RawArray("d", 1) as Float64Array,
  };
  const children = [sendThere, sendBack].map((target) => new Process({ target, args: [shared] }));
  for (const child of children) child.start();
  const raw = rawTrips(method);
  const samples = new Map([...wayNames, "raw"].map((name) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round++) {
    for (const name of wayNames) {
      await shared.turn.wait();
      await shared.turn.wait();
      if (round >= 0) samples.get(name)!.push(shared.time[0]!);
    }
    const time = await raw.run();
    if (round >= 0) samples.get("raw")!.push(time);
  }
  for (const child of children) {
    await child.join();
    expectEqual(child.exitCode, 0, "A child's exit code");
  }
  await raw.end();
  for (const [competitor, times] of samples) {
    printRow({
      scenario: "round trip",
      competitor,
      method,
      unit: "us",
      samples: times,
      beside: "raw",
    });
  }
  endSoon();
}

if (import.meta.main) await main();
