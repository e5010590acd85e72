/** What the suite of hostile peers runs in children, or must not have run. */

import { type Connection, registerClass, task } from "../../mod.ts";

/** How often a module of a hostile peer was imported here. */
const imports = (): number => (globalThis as { hostile?: number }).hostile ?? 0;

export const called: number[] = [];

export const notify: (...args: unknown[]) => void = task(import.meta, (...args: unknown[]) => {
  called.push(args.length);
});

export const moduleURL: string = import.meta.url;

/** An error that tells who uses it. */
export class Watched extends Error {
  set watched(value: number) {
    called.push(value);
  }

  override get name(): string {
    called.push(-1);
    return "Watched";
  }

  override toString(): string {
    called.push(-2);
    return "watched";
  }
}
registerClass(import.meta, Watched);

/** Receives from another program, and tells it what came, or why nothing did. */
export async function receive(there: Connection): Promise<void> {
  for (let i = 0; i < 4; i++) {
    const got = await there.recv().catch((error: Error) => error.name);
    await there.send(`${String(got)} ${imports()}`);
  }
}
