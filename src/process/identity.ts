/**
 * Who this thread is among the children.
 *
 * @module
 * @internal
 */

import { bootNote } from "../runtime/boot.ts";
import { osPid } from "../runtime/current.ts";

/** What is known of this thread, or of its parent. */
export interface ChildIdentity {
  readonly name: string;
  readonly pid: number;
}

/** What this thread knows of itself. */
export interface Self extends ChildIdentity {
  /**
   * Its place among the processes: `2` is the second, `2:1` that one's first; only a `Process` has
   * one.
   */
  readonly identity: string | undefined;
  readonly daemon: boolean;
  /** Whether it was started by this package. */
  readonly isChild: boolean;
  readonly parent: ChildIdentity | undefined;
}

let known: Self | undefined;

/** Who this thread is. */
export function self(): Self {
  return known ??= whoAmI();
}

function whoAmI(): Self {
  const note = bootNote();
  if (note === undefined) {
    const main = { name: "MainProcess", identity: undefined, pid: osPid() };
    return { ...main, daemon: false, isChild: false, parent: undefined };
  }
  const { name, identity, daemon, parent, thread } = note;
  const pid = thread?.pid ?? osPid();
  return { name, identity, pid, daemon, isChild: true, parent };
}

let count = 0;

/**
 * The place of this thread's next child: see `Self`. As in CPython those count that are never
 * started.
 */
export function nextIdentity(): string {
  const { identity } = self();
  return identity === undefined ? `${++count}` : `${identity}:${++count}`;
}
