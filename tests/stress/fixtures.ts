/** What the workers run under stress. */

import fs from "node:fs";
import process from "node:process";
import { currentProcess, task } from "../../mod.ts";
import { addLine } from "../process/scratch.ts";

/** What a task does, after it has left a trace of its run. */
export type Kind =
  | "tiny"
  | "async"
  | "long"
  | "big"
  | "throw"
  | "hang"
  | "spin"
  | "exit"
  | "outside"
  | "rejection"
  | "SIGKILL";

/** One task. */
export interface Step {
  readonly file: string;
  readonly id: number;
  readonly kind: Kind;
  readonly data?: Uint8Array;
}

const hang = (): Promise<never> => new Promise(() => setInterval(() => {}, 1 << 30));

/** Does one step; gives twice its id, or what `kind` says. */
export function run({ file, id, kind, data }: Step): unknown {
  addLine(file, `${id} ${currentProcess().name}`);
  switch (kind) {
    case "async":
      return new Promise((resolve) => setTimeout(() => resolve(2 * id), id % 4));
    case "long":
      for (const end = performance.now() + 1 + id % 25; performance.now() < end;);
      break;
    case "big":
      return data!.map((byte) => byte + 1);
    case "throw":
      throw new RangeError(`expected of ${id}`);
    case "hang":
      return hang();
    case "spin":
      // Deno never stops a thread that does not yield: this ends when the round's folder goes.
      while (fs.existsSync(file));
      return hang();
    case "exit":
      return process.exit(3);
    case "outside":
      setTimeout(() => {
        throw new RangeError("expected: outside the task");
      }, id % 3);
      return hang();
    case "rejection":
      void Promise.reject(new RangeError("expected: rejected outside the task"));
      return hang();
    case "SIGKILL":
      process.kill(process.pid, "SIGKILL");
      return hang();
  }
  return 2 * id;
}
task(import.meta, run);

export function double(x: number): number {
  return 2 * x;
}
task(import.meta, double);
