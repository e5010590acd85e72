// @runs-on one: many rounds take long

/**
 * Random rounds of work in which workers are killed, exit, hang and throw, and tasks are aborted
 * and run out of time. `STRESS_SEED` repeats a run, `STRESS_ROUNDS` says how long it is.
 */

import process from "node:process";
import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  activeChildren,
  type AsyncResult,
  Pool,
  setStartMethod,
  type StartMethod,
  TimeoutError,
  WorkerLostError,
} from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod, stress } from "../harness.ts";
import { Folder, linesIn } from "../process/scratch.ts";
import { double, type Kind, run, type Step } from "./fixtures.ts";
import { Random } from "./random.ts";

const seed = Number(process.env["STRESS_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const roundsToRun = Number(process.env["STRESS_ROUNDS"] ?? (stress ? 200 : 5));

/** Only to catch what never settles. */
const longest = 60_000;

interface Submitted {
  readonly step: Step;
  readonly result: AsyncResult<unknown>;
  /** How it may be ended from here. */
  readonly limit: "none" | "timeout" | "abort";
}

const fatal: readonly Kind[] = ["exit", "outside", "rejection", "SIGKILL"];
const endless: readonly Kind[] = ["hang", "spin"];
const reason = new Error("aborted by the test");

/** Chooses what a task does. Most are tiny, so that they go in batches. */
function chooseKind(random: Random, method: StartMethod): Kind {
  const roll = random.next();
  if (roll < 0.75) return "tiny";
  if (roll < 0.83) return "async";
  if (roll < 0.88) return "long";
  if (roll < 0.9) return "big";
  if (roll < 0.976) return "throw";
  if (roll < 0.988) return random.pick(endless);
  return random.pick(method === "worker" ? fatal.slice(0, 3) : fatal);
}

async function round(method: StartMethod, random: Random): Promise<void> {
  using folder = new Folder();
  const file = folder.file("file");
  const processes = random.int(1, 4);
  const maxTasksPerChild = random.chance(0.2) ? random.int(1, 40) : undefined;
  await using pool = new Pool({ processes, maxTasksPerChild });
  const controllers: AbortController[] = [];
  const submitted: Submitted[] = [];
  const maps: { readonly items: number[]; readonly result: AsyncResult<number[]> }[] = [];
  const count = random.int(10, 200);
  const events: string[] = [];
  let kills = 0;

  const kill = (): void => {
    const children = activeChildren();
    if (children.length === 0) return;
    const victim = random.pick(children);
    kills++;
    events.push(`${submitted.length}: kill ${victim.name}`);
    const how = random.int(0, method === "process" ? 2 : 1);
    if (how === 0) victim.terminate();
    else if (how === 1) victim.kill();
    else signal(victim.pid!);
  };
  const submit = (id: number): void => {
    const kind = chooseKind(random, method);
    const data = kind === "big" ? new Uint8Array(random.int(0, 200_000)).fill(id) : undefined;
    const step: Step = { file, id, kind, ...(data && { data }) };
    const limit = endless.includes(kind)
      ? random.pick(["timeout", "abort"] as const)
      : random.pick(["none", "none", "none", "none", "none", "timeout", "abort"] as const);
    const controller = limit === "abort" ? new AbortController() : undefined;
    if (controller !== undefined) controllers.push(controller);
    const result = pool.applyAsync<[Step], unknown>(run, [step], {
      signal: controller?.signal,
      timeout: limit === "timeout" ? random.int(1, 60) : undefined,
    });
    submitted.push({ step, result, limit });
  };

  for (let id = 0; id < count; id++) {
    submit(id);
    if (random.chance(0.02)) {
      const items = Array.from({ length: random.int(0, 500) }, (_, i) => i + id);
      const chunkSize = random.chance(0.5) ? random.int(1, 100) : undefined;
      maps.push({ items, result: pool.mapAsync(double, items, { chunkSize }) });
    }
    if (random.chance(0.02)) await pause(random.int(0, 20));
    if (random.chance(0.01)) kill();
    if (random.chance(0.03)) random.pick([...controllers, undefined])?.abort(reason);
  }
  for (let left = random.int(0, 3); left > 0; left--) {
    await pause(random.int(0, 30));
    kill();
  }
  for (const controller of controllers) {
    if (random.chance(0.2)) await pause(random.int(0, 5));
    controller.abort(reason);
  }

  const innocents: string[] = [];
  for (const each of submitted) innocents.push(...await check(each));
  for (const { items, result } of maps) {
    const outcome = await settled(result, "a map");
    if (outcome.status === "fulfilled") {
      assertEquals(outcome.value, items.map((x) => 2 * x));
    } else {
      assertInstanceOf(outcome.reason, WorkerLostError);
      innocents.push(`a map: ${outcome.reason.message}`);
    }
  }
  assert(
    innocents.length <= kills,
    `${kills} kills cost ${innocents.length} tasks: ${innocents.slice(0, 10).join("; ")}`,
  );

  const runs = Map.groupBy(linesIn(file), (line) => Number(line.split(" ")[0]));
  for (const { step: { id, kind }, result } of submitted) {
    const times = runs.get(id)?.length ?? 0;
    assert(times <= 1, `task ${id} (${kind}) ran ${times} times: ${runs.get(id)} (${events})`);
    if (result.successful()) assertEquals(times, 1, `task ${id} (${kind})`);
  }

  assertEquals(await pool.map(double, [1, 2, 3]), [2, 4, 6]);
  assertEquals(activeChildren().length, processes);
  if (random.chance(0.5)) await pool.terminate();
  else {
    pool.close();
    await pool.join();
  }
  assertEquals(activeChildren().length, 0);
}

/** Checks an outcome. Gives what is to be said of it if only a kill from outside explains it. */
async function check({ step, result, limit }: Submitted): Promise<string[]> {
  const { id, kind } = step;
  const outcome = await settled(result, `task ${id} (${kind})`);
  if (outcome.status === "fulfilled") {
    const expected = kind === "big" ? step.data!.map((byte) => byte + 1) : 2 * id;
    assert(!endless.includes(kind) && !fatal.includes(kind), `${kind} has ended well`);
    assertEquals(outcome.value, expected, `task ${id} (${kind})`);
    return [];
  }
  const error = outcome.reason;
  if (error === reason && limit === "abort") return [];
  if (error instanceof TimeoutError && limit === "timeout") return [];
  if (error instanceof RangeError && kind === "throw") {
    assertEquals(error.message, `expected of ${id}`);
    return [];
  }
  assertInstanceOf(error, WorkerLostError, `task ${id} (${kind}): ${String(error)}`);
  assert(error.pid > 0 && Number.isInteger(error.exitCode));
  return fatal.includes(kind) ? [] : [`task ${id} (${kind}): ${error.message}`];
}

async function settled(
  result: Pick<AsyncResult<unknown>, "wait" | "ready" | "then">,
  what: string,
): Promise<PromiseSettledResult<unknown>> {
  await result.wait({ timeout: longest });
  if (!result.ready()) {
    const children = activeChildren().map(({ name, pid }) => `${name} (${pid})`);
    throw new Error(`${what} has not settled; there are ${children.join(", ")}`);
  }
  return (await Promise.allSettled([result]))[0]!;
}

/** A signal from outside, as another program would send it. */
function signal(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It has just ended.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

forEachMethod("A pool under stress", (method) => {
  it(`settles every task rightly in ${roundsToRun} random rounds`, async () => {
    setStartMethod(method, { force: true });
    for (let i = 0; i < roundsToRun; i++) {
      try {
        await round(method, new Random(seed + i));
      } catch (error) {
        const hint = `STRESS_SEED=${seed + i} STRESS_ROUNDS=1 repeats round ${i}`;
        throw new Error(`${hint}: ${String(error)}`, { cause: error });
      }
    }
  });
});
