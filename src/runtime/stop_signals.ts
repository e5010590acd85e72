/**
 * The signals by which a whole program is told to stop: Ctrl-C in a terminal, a service manager and
 * a container's end send them to every process of the group. The children that work for others (a
 * pool's workers, a manager's server) leave it to their owner what becomes of them then: they do
 * nothing of their own on such a signal, and end when their owner says so or ends.
 *
 * A task may handle a signal all the same; then it is called.
 *
 * @module
 * @internal
 */

import process from "node:process";
import type { StopSignal } from "./runtime.ts";

/** What a program is told to stop by. */
const stopSignals: readonly StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * What a child's start script begins with if it is to outlive them: until its modules have been
 * loaded they would end it.
 */
export const ignoreStopSignals: string = `for(const s of ${
  JSON.stringify(stopSignals)
})process.on(s,()=>{});`;

const isStopSignal = (name: unknown): name is StopSignal =>
  (stopSignals as readonly unknown[]).includes(name);

/** Deno's own way to handle a signal. */
interface DenoSignals {
  addSignalListener(signal: string, handler: () => void): void;
}

/**
 * Calls `noteHandler` with each stop signal that this child's tasks handle from now on: what ends
 * the child must then give the handler its chance.
 */
export function watchStopHandlers(noteHandler: (signal: StopSignal) => void): void {
  const note = (name: unknown) => {
    if (isStopSignal(name)) noteHandler(name);
  };
  process.on("newListener", note);
  const { Deno } = globalThis as { Deno?: DenoSignals };
  if (Deno === undefined) return;
  // Deno tells nobody of the handlers that its own function adds.
  const { addSignalListener } = Deno;
  Deno.addSignalListener = (signal, handler) => {
    addSignalListener(signal, handler);
    note(signal);
  };
}

/** Ends this child as SIGTERM would, if it were not ignored: without any more of its code. */
export function endAtOnce(): void {
  process.kill(process.pid, "SIGKILL");
}
