/**
 * Who this thread is among the children.
 *
 * @module
 * @internal
 */

import { bootNote } from "../runtime/boot.ts";
import { osPid } from "../runtime/current.ts";

/** What is known of this thread, or of its parent. */
export interface Identity {
  readonly name: string;
  readonly pid: number;
}

/** What this thread knows of itself. */
export interface Self extends Identity {
  /** Its place among the processes: `2` is the second, `2:1` that one's first; only a `Process` has one. */
  readonly place: string | undefined;
  readonly daemon: boolean;
  /** Whether it was started by this package. */
  readonly isChild: boolean;
  readonly parent: Identity | undefined;
}

let known: Self | undefined;

/** Who this thread is. */
export function self(): Self {
  return known ??= whoAmI();
}

function whoAmI(): Self {
  const note = bootNote();
  if (note === undefined) {
    const main = { name: "MainProcess", place: undefined, pid: osPid() };
    return { ...main, daemon: false, isChild: false, parent: undefined };
  }
  const { name, place, daemon, parent, thread } = note;
  const pid = thread?.pid ?? osPid();
  return { name, place, pid, daemon, isChild: true, parent };
}

let count = 0;

/** The place of this thread's next child: see `Self`. As in CPython those count that are never started. */
export function nextPlace(): string {
  const { place } = self();
  return place === undefined ? `${++count}` : `${place}:${++count}`;
}
