/**
 * Everything that a parent and its child say to each other. A frame is one byte that tells its
 * kind, and a body that the codec wrote.
 *
 * @module
 * @internal
 */

import { isolated } from "../codec/destination.ts";
import { Encoder } from "../codec/encoder.ts";
import type { ClassReference } from "../code/class_reference.ts";
import type { FunctionReference } from "../code/function_reference.ts";
import { isRestricted } from "../runtime/permissions.ts";
import type { Permissions } from "../runtime/runtime.ts";
import type { StartMethod } from "../runtime/start_method.ts";

/** The first number of a frame. */
export const frameKind = {
  // from a child
  /** The child can be spoken to. Body: its clock. */
  ready: 1,
  /** An uncaught error is about to end the child. Body: the error. */
  crashed: 2,
  /** Outcomes of a pool's tasks: see `pool/wire.ts`. */
  outcomes: 3,
  /** A pool's task with a time limit begins to run. Body: its id. */
  began: 4,
  /** The initializer of a pool's worker threw. Body: an outcome. */
  notInitialized: 5,
  /** Tasks that a pool's worker has not begun, and will not. */
  returned: 6,
  /** The initializer of a pool's worker has returned. */
  initialized: 7,
  /** A task handles a signal by which the whole program is told to stop. Body: its name. */
  handlesSignal: 8,
  // in both directions
  /**
   * Somebody behind this link sleeps on a word: see `wake_router.ts`. Body: the word, its value.
   */
  sleeps: 12,
  /** A word was changed on which somebody behind this link may sleep. Body: the word. */
  wakes: 13,
  /** A child made a name of shared memory: see `names.ts`. Body: its inode, its file. */
  keeps: 14,
  /** A child removed a name, or a parent keeps it from here on. Body: the same. */
  forgets: 15,
  // to a child
  /** Body: a {@linkcode Job}, the process object's own properties, the arguments. */
  run: 16,
  /** Body: a {@linkcode SetUp}, the initializer's arguments. */
  setUp: 17,
  /** Tasks for a pool's worker: see `pool/wire.ts`. */
  tasks: 18,
  /** There will be no more tasks. */
  finish: 19,
  /** Body: what a manager's server is to be. */
  serve: 20,
  /** A child that ignores SIGTERM is to end all the same, unless a task handles that signal. */
  terminate: 21,
} as const;

/**
 * An encoder for what goes over the link between a parent and a child of that start method. A
 * parent hears of the end of whom it has sent something; a child may end as soon as it has.
 */
export function encoderFor(method: StartMethod, to: "child" | "parent" = "child"): Encoder {
  const heldBy = to === "child" ? "sender" : "parent";
  return new Encoder({ attach: method === "worker", channel: method, heldBy });
}

/** The same for what a parent sends to a child that it starts with these permissions. */
export function encoderForChild(
  method: StartMethod,
  permissions: Permissions | undefined,
): Encoder {
  return isRestricted(permissions) ? new Encoder({ channel: isolated }) : encoderFor(method);
}

/** What a process is to run. */
export interface Job {
  readonly target: FunctionReference | undefined;
  /** A subclass of `Process` that overrides `run`. */
  readonly subclass: ClassReference | undefined;
}

/** How a pool's worker begins. */
export interface SetUp {
  readonly initializer: FunctionReference | undefined;
  /** Tasks after which the worker ends; `undefined`: it goes on. */
  readonly maxTasks: number | undefined;
}
