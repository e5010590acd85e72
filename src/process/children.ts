/**
 * The children that this one has started and has to wait for at its end: those that are no daemons.
 * Of a pool's workers the pool takes care.
 *
 * @module
 * @internal
 */

import type { StartedChild } from "./started_child.ts";

const started = new Set<StartedChild>();

/** Notes a child that this one has started, until it has ended. */
export function noteStarted(child: StartedChild): void {
  started.add(child);
  child.ended.onOpen(() => started.delete(child));
}

/** Waits for the end of those that keep this child alive. */
export async function untilChildrenEnd(): Promise<void> {
  const kept = [...started].filter(({ isKept, daemon }) => isKept && !daemon);
  await Promise.all(kept.map((child) => child.join()));
}
