/** One round: a few owners of children, what they are given to do, and what happens to them. */

import fs from "node:fs";
import process from "node:process";
import {
  activeChildren,
  AsyncResult,
  CancelledError,
  Empty,
  Full,
  Manager,
  Pool,
  Process,
  Queue,
  RemoteError,
  type StartMethod,
  TimeoutError,
  Value,
  WorkerLostError,
} from "../../mod.ts";
import { BrokenProcessPool, ProcessPoolExecutor } from "../../futures.ts";
import { untilNone } from "../patience.ts";
import { unlinkIfThere } from "../shared/names.ts";
import { act, begin, type Beginning, type Deed, type Step } from "./children_fixtures.ts";
import type { Random } from "./random.ts";

/** How long a promise may stay open: only what never settles takes so long. */
const longest = 60_000;

const harmless: readonly Deed[] = ["quick", "slow", "print", "big", "throw", "handle", "send"];
const sharing: readonly Deed[] = ["put", "get", "memory"];
/** Those that never end by themselves. */
const endless: ReadonlySet<Deed> = new Set(["hang", "spin"]);
const reason = new Error("expected: aborted by the test");

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

type Ending = () => unknown;

/** A round of a seed. */
export class Round {
  /** How often something happened. */
  readonly counts: Record<string, number> = {};
  readonly #method: StartMethod;
  readonly #random: Random;
  /** Whether the system may refuse anything here. */
  readonly #isTight: boolean;
  readonly #surroundings: string;
  readonly #open = new Set<string>();
  readonly #wrong: string[] = [];
  readonly #controllers: AbortController[] = [];
  readonly #processes: Process[] = [];
  #endings: Ending[] = [];
  #queue: Queue<number> | undefined;
  #value: Value<"i"> | undefined;
  #ids = 0;
  readonly #names: string[] = [];

  constructor(method: StartMethod, random: Random, surroundings: string) {
    this.#method = method;
    this.#random = random;
    this.#surroundings = surroundings;
    this.#isTight = surroundings !== "plain";
  }

  /** How many tasks were to make shared memory that has a name. */
  get memories(): number {
    return this.#names.length;
  }

  async run(): Promise<void> {
    const random = this.#random;
    if (random.chance(0.6)) {
      this.#try("a queue", () => {
        this.#queue = new Queue<number>(random.pick([0, 3]));
        this.#value = new Value("i", 0);
      });
    }
    for (let left = random.int(1, 3); left > 0; left--) this.#addOwner();
    for (let left = random.int(0, 6); left > 0; left--) {
      if (random.chance(0.7)) await pause(random.int(0, 60));
      this.#disturb();
    }
    for (const end of this.#endings) this.#watch("an end", async () => await end());
    this.#endings = [];
    const left = await untilNone(() => [...this.#open], longest);
    if (left.length > 0) {
      const children = activeChildren().map(({ name, pid }) => `${name} (${pid})`);
      throw new Error(`has not settled: ${left.join(", ")}; there are ${children.join(", ")}`);
    }
    for (const name of this.#names) {
      // Most are gone: then there is no need to map anything.
      if (fs.existsSync(`/dev/shm/${name}`)) unlinkIfThere(name);
    }
    if (this.#wrong.length > 0) throw new Error(this.#wrong.join("; "));
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  /** Does something that the system may refuse: then there is an error, and nothing else. */
  #try<T>(what: string, action: () => T): T | undefined {
    try {
      this.#count(what);
      return action();
    } catch (error) {
      this.#judge(what, error);
      return undefined;
    }
  }

  /** Notes a promise until it has settled. */
  #watch(what: string, action: () => PromiseLike<unknown>): void {
    const name = `${what} ${++this.#ids}`;
    this.#open.add(name);
    void (async () => {
      try {
        await action();
        this.#count(`${what}: fulfilled`);
      } catch (error) {
        this.#judge(what, error);
      } finally {
        this.#open.delete(name);
      }
    })();
  }

  /** An error must be one that can be expected. */
  #judge(what: string, error: unknown): void {
    this.#count(`${what}: ${error instanceof Error ? error.name : "?"}`);
    if (error === reason) return;
    const known = [
      ...[WorkerLostError, TimeoutError, CancelledError, BrokenProcessPool, RemoteError],
      ...[Empty, Full],
    ];
    if (known.some((cls) => error instanceof cls)) return;
    if (error instanceof Error && /^expected/.test(error.message)) return;
    const isRefusal = error instanceof Error &&
      ("code" in error || error instanceof RangeError ||
        /^Cannot |too many open|Too many open|out of memory/.test(error.message));
    if (this.#isTight && isRefusal) return;
    const cause = error instanceof Error && error.cause !== undefined ? ` (${error.cause})` : "";
    this.#wrong.push(`${what}: ${String(error)}${cause}`);
  }

  // ---- owners

  #addOwner(): void {
    const roll = this.#random.next();
    if (roll < 0.4) this.#addPool();
    else if (roll < 0.7) this.#addProcess();
    else if (roll < 0.87) this.#addExecutor();
    else this.#addManager();
  }

  #chooseDeed(): Deed {
    const random = this.#random;
    const roll = random.next();
    if (roll < 0.5) return random.pick(harmless);
    if (roll < 0.75) return random.pick(sharing);
    if (roll < 0.82 && this.#mayDevour) return "devour";
    if (roll < 0.9) return random.pick(["exit", "rejection"]);
    if (roll < 0.93) return "hang";
    if (roll < 0.95) return this.#mayKillItself ? "spin" : "hang";
    return this.#mayKillItself ? "SIGKILL" : "exit";
  }

  /** A thread's signals are its program's, and Deno never stops one that does not yield. */
  get #mayKillItself(): boolean {
    return this.#method === "process";
  }

  /** A thread that has used up the program's memory takes the program along. */
  get #mayDevour(): boolean {
    return this.#method === "process" && this.#surroundings === "little memory";
  }

  #step(): Step {
    const deed = this.#chooseDeed();
    const id = ++this.#ids;
    const name = `nproc-stress-${process.pid}-${id}`;
    if (deed === "memory") this.#names.push(name);
    return { id, deed, queue: this.#queue, value: this.#value, name };
  }

  #addProcess(): void {
    const random = this.#random;
    const step = this.#step();
    const child = new Process({ target: act, args: [step], daemon: random.chance(0.5) });
    if (this.#try("a process", () => (child.start(), true)) === undefined) return;
    this.#processes.push(child);
    this.#watch("a join", async () => {
      await child.join();
      if (child.exitCode === null) throw new TypeError("has ended without an exit code");
    });
    this.#endings.push(random.pick<Ending>([
      () => endless.has(step.deed) ? child.kill() : child.join(),
      () => child.kill(),
      () => child[Symbol.asyncDispose](),
      async () => {
        child.terminate();
        if (!await child.join({ timeout: 300 })) child.kill();
      },
    ]));
  }

  #beginning(): { initializer?: typeof begin; initArgs?: [Beginning]; initTimeout?: number } {
    const random = this.#random;
    if (random.chance(0.5)) return {};
    const how = random.pick<Beginning>(
      ["return", "return", "return", "throw", "exit", "exit soon", "hang"],
    );
    const initTimeout = how === "hang" || random.chance(0.2) ? random.int(30, 500) : undefined;
    return { initializer: begin, initArgs: [how], ...(initTimeout && { initTimeout }) };
  }

  #addPool(): void {
    const random = this.#random;
    const options = {
      processes: random.int(1, 3),
      ...(random.chance(0.3) && { maxTasksPerChild: random.int(1, 4) }),
      ...this.#beginning(),
    };
    let pool: Pool | undefined = this.#try("a pool", () => new Pool(options));
    if (pool === undefined) return;
    for (let left = random.int(0, 12); left > 0; left--) this.#submit(pool);
    if (random.chance(0.3)) {
      const steps = Array.from({ length: random.int(0, 6) }, () => this.#finiteStep());
      const mapped = pool;
      this.#watch("a map", () => mapped.map(act, steps, { chunkSize: random.int(1, 3) }));
    }
    if (random.chance(0.2)) this.#watch("an imap", () => this.#iterate(pool!));
    this.#endings.push(random.pick<Ending>([
      () => pool!.terminate(),
      () => {
        pool!.close();
        return pool!.join();
      },
      () => pool![Symbol.asyncDispose](),
      // Dropped: it ends when it is collected.
      () => pool = undefined,
    ]));
  }

  async #iterate(pool: Pool): Promise<void> {
    const steps = Array.from({ length: 6 }, () => this.#finiteStep());
    let left = this.#random.int(1, 6);
    for await (const _ of pool.imapUnordered(act, steps)) if (--left === 0) break;
  }

  #finiteStep(): Step {
    return { ...this.#step(), deed: this.#random.pick(harmless) };
  }

  #submit(pool: Pool): void {
    const random = this.#random;
    const step = this.#step();
    const limit = endless.has(step.deed)
      ? random.pick(["timeout", "abort"])
      : random.pick(["none", "none", "none", "timeout", "abort"]);
    const controller = limit === "abort" ? new AbortController() : undefined;
    if (controller !== undefined) this.#controllers.push(controller);
    const result = this.#try("a task", () =>
      pool.applyAsync(act, [step], {
        signal: controller?.signal,
        timeout: limit === "timeout" ? random.int(1, 100) : undefined,
      }));
    if (result instanceof AsyncResult) this.#watch(`a task that is to ${step.deed}`, () => result);
    if (controller !== undefined) this.#endings.push(() => controller.abort(reason));
  }

  #addExecutor(): void {
    const random = this.#random;
    let executor: ProcessPoolExecutor | undefined = this.#try(
      "an executor",
      () => new ProcessPoolExecutor({ maxWorkers: random.int(1, 2), ...this.#beginning() }),
    );
    if (executor === undefined) return;
    for (let left = random.int(0, 8); left > 0; left--) {
      const step = random.chance(0.9)
        ? this.#finiteStep()
        : { ...this.#step(), deed: "exit" as const };
      const future = this.#try("a call", () => executor!.submit(act, step));
      if (future !== undefined) this.#watch("a call", () => future.result());
      if (random.chance(0.1)) future?.cancel();
    }
    this.#endings.push(random.pick<Ending>([
      () => executor!.shutdown(),
      () => executor!.shutdown({ cancelFutures: true }),
      () => executor = undefined,
    ]));
  }

  #addManager(): void {
    const manager = this.#try("a manager", () => new Manager());
    if (manager === undefined) return;
    this.#watch("a use of a manager", async () => {
      const list = manager.list<number>([1, 2]);
      const queue = manager.Queue<number>();
      for (let i = 0; i < 5; i++) {
        await list.append(i);
        await queue.put(i);
        await queue.get({ timeout: 200 });
      }
    });
    // One that was dropped ends with its program only.
    this.#endings.push(() => manager.shutdown());
  }

  // ---- what happens to them

  #disturb(): void {
    const random = this.#random;
    if (random.chance(0.3) && this.#controllers.length > 0) {
      return random.pick(this.#controllers).abort(reason);
    }
    const children = activeChildren();
    if (children.length === 0) return;
    const victim = random.pick(children);
    const how = random.int(0, this.#method === "process" ? 4 : 1);
    this.#count("a disturbance");
    if (how === 0) victim.terminate();
    else if (how === 1) victim.kill();
    else signal(victim.pid!, (["SIGKILL", "SIGTERM", "SIGINT"] as const)[how - 2]!);
  }
}

/** A signal from outside, as another program would send it. */
function signal(pid: number, name: "SIGKILL" | "SIGTERM" | "SIGINT"): void {
  // One that could not be started has no number.
  if (pid <= 0) return;
  try {
    process.kill(pid, name);
  } catch (error) {
    // It has just ended.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
