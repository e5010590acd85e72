/**
 * Whether descriptors are left for another child, on Deno: one that lacks them in the middle of its
 * work (to make a thread's event loop, to ask where a stack is) does not fail a call, it ends the
 * program. So a child is refused while there are enough for what the program does besides.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import process from "node:process";
import { granted } from "./permissions.ts";
import { isRefusal } from "../refusal.ts";
import type { ChildEvents } from "../runtime.ts";

/**
 * How many descriptors a child takes at its start: 4 of a thread and 3 of a process, and for
 * moments more.
 */
const perChild = 8;
/** How many must be left besides. */
const reserve = 12;

/** How many children were started that have not been heard of. */
let starting = 0;

/**
 * How many files this program may have open: Deno raises its limit at its start, as far as it may.
 */
let limit: number | undefined;

function readLimit(): number {
  const limits = fs.readFileSync("/proc/self/limits", "utf8");
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
}

/**
 * Why no child can be started now; `undefined` where it can be, or where Deno does not let the
 * program look.
 */
export function lackOfDescriptors(): Error | undefined {
  if (process.platform !== "linux" || !granted("read")) return undefined;
  try {
    limit ??= readLimit();
    // That of the folder that is being read is closed again.
    const open = fs.readdirSync("/proc/self/fd").length - 1;
    if (open + (starting + 1) * perChild + reserve <= limit) return undefined;
    return new Error(
      `${open} of the ${limit} files are open that it may open at a time: raise the limit (ulimit -n)`,
    );
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // EMFILE is the answer. Without all permissions Deno does not let a program look (NotCapable).
    return "code" in error && error.code === "EMFILE" ? error : undefined;
  }
}

/** Counts a child as one that is starting, until the first that is heard of it. */
export function countStart(events: ChildEvents): { events: ChildEvents; cancel: () => void } {
  starting++;
  let isStarting = true;
  const cancel = () => {
    if (isStarting) starting--;
    isStarting = false;
  };
  const counted: ChildEvents = {
    frame: (bytes, attachments) => {
      cancel();
      events.frame(bytes, attachments);
    },
    error: (error) => events.error(error),
    exit: (code) => {
      cancel();
      events.exit(code);
    },
  };
  return { events: counted, cancel };
}
