/** What children do that are killed in the middle of making shared memory. */

import fs from "node:fs";
import { SharedMemory, task } from "../../mod.ts";
import { spinUntil } from "../patience.ts";

/** Files by which a child and the test tell each other how far they are. */
export interface Signs {
  readonly isReady: string;
  readonly mayGoOn: string;
  readonly isDone: string;
}

function pauseAt({ isReady, mayGoOn }: Signs): void {
  fs.writeFileSync(isReady, "");
  spinUntil(() => fs.existsSync(mayGoOn));
}

const make = (name: string): SharedMemory => new SharedMemory({ name, create: true, size: 64 });

const hang = (): Promise<never> => new Promise(() => setInterval(() => {}, 1 << 30));

/** Is busy when it has made memory, so that it does not hear that its parent keeps the name. */
export async function pauseAfterMaking(name: string, signs: Signs): Promise<void> {
  make(name);
  pauseAt(signs);
  await hang();
}
task(import.meta, pauseAfterMaking);

/** Makes memory when its parent may have ended it already: Deno does not stop a busy thread. */
export function pauseBeforeMaking(name: string, signs: Signs): void {
  pauseAt(signs);
  make(name);
  fs.writeFileSync(signs.isDone, "");
}
task(import.meta, pauseBeforeMaking);

/** The same, where something is watched already. */
export function pauseBetween(name: string, signs: Signs): void {
  using _ = make(`${name}-before`);
  pauseBeforeMaking(name, signs);
}
task(import.meta, pauseBetween);
