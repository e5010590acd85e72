import type { StartMethod } from "../../mod.ts";
import { getContext } from "../../mod.ts";
import { type ExecutorOptions, type Future, ProcessPoolExecutor } from "../../futures.ts";
import { addLine, Folder, untilLines } from "../process/scratch.ts";
import { waitAtGate } from "./fixtures.ts";

/** An executor whose workers are started in the given way. */
export function makeExecutor(
  method: StartMethod,
  options: ExecutorOptions = { maxWorkers: 2 },
): ProcessPoolExecutor {
  return new ProcessPoolExecutor({ ...options, context: getContext(method) });
}

/**
 * Keeps workers busy until it is opened, or disposed of: it is to be made after the executor, so
 * that a test that fails can still shut that down.
 */
export class Gate implements Disposable {
  readonly #folder = new Folder();
  readonly #file: string = this.#folder.file("waiting");
  readonly #gate: string = this.#folder.file("gate");

  /** Submits a call that gives `x` once the gate is open. */
  submit(executor: ProcessPoolExecutor, x = 0): Future<number> {
    return executor.submit(waitAtGate, this.#file, this.#gate, x);
  }

  /** Waits until so many workers wait at it, and gives their ids. */
  untilReached(count: number): Promise<string[]> {
    return untilLines(this.#file, count);
  }

  open(): void {
    addLine(this.#gate, "open");
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}
