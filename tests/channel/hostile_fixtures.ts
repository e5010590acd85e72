/** What the suite of hostile peers runs in children, or must not have run. */

import { type Connection, task } from "../../mod.ts";

/** How often a module of a hostile peer was imported here. */
const imports = (): number => (globalThis as { hostile?: number }).hostile ?? 0;

export const called: number[] = [];

export const notify: (...args: unknown[]) => void = task(import.meta, (...args: unknown[]) => {
  called.push(args.length);
});

/** Receives from another program, and tells it what came, or why nothing did. */
export async function receive(there: Connection): Promise<void> {
  for (let i = 0; i < 3; i++) {
    const got = await there.recv().catch((error: Error) => error.name);
    await there.send(`${String(got)} ${imports()}`);
  }
}
