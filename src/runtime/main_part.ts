/**
 * The main part of a bundled program, what it has behind `if (import.meta.main)`, runs in its
 * children too where the bundler has made that condition true for good: `bun build --compile`
 * writes `true` in its place (oven-sh/bun#12867), and `bun build --target=node` compares
 * `require.main` with something that is as undefined as that. In an executable it cannot be helped,
 * so the main part is stopped where it would start a child of its own.
 *
 * @module
 * @internal
 */

import { bootNote } from "./boot.ts";
import { isBundled } from "./bundle.ts";
import { capabilities } from "./capabilities.ts";
import { importModule } from "./import_module.ts";

const stops = new WeakSet<object>();

/** An error that ends the main part. In an executable the child goes on without it. */
export function mainPartStop(message: string): Error {
  const stop = new Error(message);
  if (!capabilities.takesScript) stops.add(stop);
  return stop;
}

/** Whether what was thrown has just ended the main part of an executable, as it should. */
export function isMainPartStop(error: unknown): boolean {
  return typeof error === "object" && error !== null && stops.has(error);
}

/**
 * The bundle is this child's main module, or what its script imports: until it has run to its end.
 */
let running = isBundled && bootNote() !== undefined;

/**
 * What holds the program: the main module, where the script had to import that, as this is only a
 * chunk.
 */
function bundleURL(): string {
  const { loading = 0, claimed, main } = bootNote()!;
  return loading > 0 && !claimed && main !== undefined ? main : import.meta.url;
}

/** Whether it has done all that it should. Why it has not is told by who runs it. */
const hasRun: Promise<boolean> | undefined = running
  ? importModule(bundleURL()).then(() => true, isMainPartStop)
  : undefined;

void hasRun?.then(() => running = false);

/** Whether this child is still running a bundle's top level, and with it perhaps the main part. */
export function isRunningBundle(): boolean {
  return running;
}

/** Calls `begin` when all that tasks may need is there: at once, or when the bundle has run. */
export function afterBundle(begin: () => void): void {
  if (hasRun === undefined) begin();
  else void hasRun.then((isWhole) => isWhole && begin());
}
