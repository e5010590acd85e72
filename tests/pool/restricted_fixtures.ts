/** What a child of fewer permissions does to get more out of its parent. */

import process from "node:process";
import { registerClass, type SharedMemory, task } from "../../mod.ts";
import { Encoder } from "../../src/codec/encoder.ts";
import { extensionNamed, registerExtension } from "../../src/codec/extension.ts";
import { frameKind } from "../../src/process/messages.ts";
import { markFrame } from "../../src/runtime/frame_mark.ts";

const code = "data:text/javascript,globalThis.escaped=(globalThis.escaped??0)+1//";

/** How often such a module was imported here. */
export const escapes = (): number => (globalThis as { escaped?: number }).escaped ?? 0;

export function mischief(how: "return" | "throw" | "cause"): unknown {
  class Returned {}
  class Thrown extends Error {}
  registerClass({ url: `${code}${how}` }, Returned);
  registerClass({ url: `${code}${how} thrown` }, Thrown);
  if (how === "return") return new Returned();
  throw how === "throw" ? new Thrown("x") : new Error("y", { cause: new Returned() });
}

export const honest = (x: number): number[] => [x];

/** What the parent has loaded, and does not call by itself. */
export const called: unknown[] = [];
export const note: (...args: unknown[]) => void = task(
  import.meta,
  (...args: unknown[]) => void called.push(args),
);

export class Watched {
  set watched(value: unknown) {
    called.push(value);
  }
}
registerClass(import.meta, Watched);

/** Returns what a decoder takes for a value of a kind, with a description that is made up. */
export function forged(name: string, description: unknown): unknown {
  class Forged {}
  const kind = extensionNamed(name);
  const forge = {
    matches: (value: object) => value instanceof Forged,
    refuses: () => undefined,
    describe: () => description,
  };
  if (kind === undefined) registerExtension({ name, shape: [], revive: () => ({}), ...forge });
  else Object.assign(kind, forge);
  return { forged: new Forged() };
}

/** Returns what calls something where it is awaited. */
export const thenable = (): unknown => [{ then: note }];

/** Returns what calls something where its property is assigned. */
export function assigned(): unknown {
  const watched = new Watched();
  Object.defineProperty(watched, "watched", { value: 1, enumerable: true });
  return watched;
}

/** Has the parent believe that this child has made a file, which is to go with the program. */
export async function keepsName(file: string): Promise<void> {
  const encoder = new Encoder();
  encoder.writeUint(frameKind.keeps);
  encoder.writeUint(0);
  encoder.write(file, "value");
  process.send!(markFrame("toParent", encoder.take().bytes));
  // It is ended for that.
  await new Promise(() => {});
}

export const size = (memory: SharedMemory): number => memory.size;
