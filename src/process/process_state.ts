/**
 * The state of process objects. It is beside the object, because a child makes its own process
 * object without calling the constructor of its class.
 *
 * @module
 * @internal
 */

import type { Callable } from "../code/task.ts";
import type { Permissions } from "../runtime/runtime.ts";
import type { Sentinel } from "./sentinel.ts";
import type { StartedChild } from "./started_child.ts";

/** The state of a process object. */
export interface ProcessState {
  name: string;
  readonly identity?: string | undefined;
  daemon: boolean;
  readonly target: Callable | undefined;
  readonly args: readonly unknown[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly permissions?: Permissions | undefined;
  /** The class that was constructed, which may be bound to a start method. */
  readonly maker?: object;
  child?: StartedChild;
  sentinel?: Sentinel;
  closed?: true;
}

const states = new WeakMap<object, ProcessState>();

/** Gives a process object its state. */
export function setState(process: object, state: ProcessState): void {
  states.set(process, state);
}

/** Whether a value is a process object. */
export const isProcess = (value: object): boolean => states.has(value);

/** The state of a process object. */
export function stateOf(process: object): ProcessState {
  const state = states.get(process);
  if (state === undefined) throw new TypeError("Cannot use a process that Process() did not make");
  return state;
}

/** The state of a process object that is not closed. */
export function openState(process: object): ProcessState {
  const state = stateOf(process);
  if (state.closed) throw new Error(`Cannot use ${state.name} as it is closed`);
  return state;
}
