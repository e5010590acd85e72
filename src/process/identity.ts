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
    return { name: "MainProcess", pid: osPid(), daemon: false, isChild: false, parent: undefined };
  }
  const { name, daemon, parent, thread } = note;
  const pid = thread?.pid ?? osPid();
  return { name, pid, daemon, isChild: true, parent };
}

let count = 0;

/** The name of this thread's next child: `Process-1`, and `Process-1:2` for a child's own second. */
export function nextName(): string {
  const prefix = self().isChild ? `${self().name}:` : "Process-";
  return prefix + ++count;
}
