/** What competes, and the scenarios that it is put through. */

import { loopsPerSecond, timeRounds } from "../lib/measure.ts";
import { rounds } from "../lib/rounds.ts";
import { numbersBelow } from "../lib/numbers.ts";
import { endSoon, programOptions } from "../lib/program.ts";
import { expectEqual, type Method, printRow, WrongResult } from "../lib/row.ts";
import { sizes } from "./sizes.ts";

/** Some workers that square numbers. */
export interface Contestant {
  /** Squares a number in a worker. */
  one(n: number): Promise<number>;
  /** Hands over every number as a task of its own before it waits for the first. */
  atOnce(numbers: readonly number[]): Promise<number[]>;
  /** As `atOnce`, with messages of `sizes.batch` numbers. */
  batches?(numbers: readonly number[]): Promise<number[]>;
  map?(numbers: readonly number[]): Promise<number[]>;
  /** How many numbers to map; `sizes.map` where it is left out. */
  readonly mapSize?: number;
  stream?(numbers: readonly number[], chunkSize: number): AsyncIterable<number>;
  close(): Promise<void>;
}

/** A library, or what is compared with one. */
export interface Competitor {
  readonly name: string;
  /** Starts a number of workers. */
  open(method: Method, workers: number): Contestant | Promise<Contestant>;
}

/** Takes all that a stream gives. */
async function collect(stream: AsyncIterable<number>): Promise<number[]> {
  const values: number[] = [];
  for await (const n of stream) values.push(n);
  return values;
}

/** Checks squares, which may have come in any order where that is free. */
function checkSquares(squares: readonly number[], count: number, inOrder: boolean): void {
  expectEqual(squares.length, count, "The number of results");
  const sorted = inOrder ? squares : squares.toSorted((a, b) => a - b);
  const wrong = sorted.findIndex((square, i) => square !== i * i);
  if (wrong !== -1) throw new WrongResult(`The square of ${wrong} is not ${sorted[wrong]}`);
}

/** Waits for results in the order of their tasks. */
export async function awaitAll<T>(results: readonly PromiseLike<T>[]): Promise<T[]> {
  const values: T[] = [];
  for (const result of results) values.push(await result);
  return values;
}

/** A competitor whose numbers are being measured. */
class Runner {
  readonly #competitor: Competitor;
  readonly #method: Method;

  constructor(competitor: Competitor, method: Method) {
    this.#competitor = competitor;
    this.#method = method;
  }

  /** One task awaited after another; with what it is compared with, in turns. */
  async one(beside: Competitor | undefined): Promise<void> {
    const competitors = beside === undefined ? [this.#competitor] : [this.#competitor, beside];
    const open: Contestant[] = [];
    const loops: Record<string, () => Promise<void>> = {};
    for (const { name, open: start } of competitors) {
      const contestant = await start(this.#method, 1);
      open.push(contestant);
      let n = 0;
      loops[name] = async () => {
        n = (n + 1) % 1000;
        if (await contestant.one(n) !== n * n) {
          throw new WrongResult(`${name} squares ${n} wrongly`);
        }
      };
    }
    const rates = await loopsPerSecond(
      loops,
      beside === undefined ? { rounds: rounds(5), warm: 5000 } : {},
    );
    for (const { name } of competitors) {
      const other = competitors.find((competitor) => competitor.name !== name)?.name;
      printRow({
        scenario: "one",
        competitor: name,
        method: this.#method,
        unit: "tasks/s",
        samples: rates[name]!,
        ...(other !== undefined && { beside: other }),
      });
    }
    for (const contestant of open) await contestant.close();
  }

  /** The scenarios of many tasks, with two workers. */
  async many(wanted: (scenario: string) => boolean): Promise<void> {
    const contestant = await this.#competitor.open(this.#method, 2);
    const { batches, map, stream } = contestant;
    if (wanted("all")) {
      await this.#rate("all", sizes.all, contestant.atOnce);
    }
    if (wanted("batches") && batches !== undefined) {
      await this.#rate("batches", sizes.all, batches);
    }
    if (wanted("map") && map !== undefined) {
      await this.#rate("map", contestant.mapSize ?? sizes.map, map);
    }
    for (const chunkSize of sizes.chunks) {
      const scenario = `stream${chunkSize}`;
      if (!wanted(scenario) || stream === undefined) continue;
      await this.#rate(scenario, sizes.stream, (numbers) => collect(stream(numbers, chunkSize)));
    }
    await contestant.close();
  }

  /** Rounds of one scenario. What came back is checked outside the time that counts. */
  async #rate(
    scenario: string,
    count: number,
    run: (numbers: readonly number[]) => Promise<number[]>,
  ): Promise<void> {
    const { name } = this.#competitor;
    const numbers = numbersBelow(count);
    const inOrder = !scenario.startsWith("stream") && name !== "raw";
    const times = await timeRounds(() => run(numbers), (squares) => {
      checkSquares(squares, count, inOrder);
    });
    const samples = times.map((milliseconds) => 1000 * count / milliseconds);
    const method = this.#method;
    printRow({ scenario, competitor: name, method, unit: "tasks/s", samples });
  }
}

/** Runs the scenarios that the command line names. */
export async function compete(
  competitor: Competitor,
  { beside }: { beside?: Competitor } = {},
): Promise<void> {
  const { method, scenarios } = programOptions();
  const wanted = (scenario: string): boolean => scenarios?.includes(scenario) ?? true;
  const runner = new Runner(competitor, method);
  if (wanted("one")) await runner.one(beside);
  if (scenarios === undefined || scenarios.some((scenario) => scenario !== "one")) {
    await runner.many(wanted);
  }
  endSoon();
}
