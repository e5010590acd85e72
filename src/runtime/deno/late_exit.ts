/**
 * Threads that call `process.exit()` after their parent has ended them: Deno 2.9 waits there, in an
 * endless loop, for V8 to stop the thread, but asks V8 to do so only if nobody has ended the thread
 * before. So the thread would take a processor until its program ends. It leaves by an error
 * instead, and Deno stops it when it is back in its event loop.
 *
 * @module
 * @internal
 */

import process from "node:process";

/** What node's `process.exit()` calls, on Deno too; not in its public types. */
type Exiting = { reallyExit(code?: number): void };

/** How long V8 has to stop the thread, in milliseconds: the first turn of a loop is enough. */
const longest = 100;

const lateExits = new WeakSet<object>();

/** Has this thread end by an error where V8 does not stop it. */
export function leaveLateExits(): void {
  const exiting = process as unknown as Exiting;
  const { reallyExit } = exiting;
  exiting.reallyExit = (code) => {
    reallyExit.call(process, code);
    for (const end = performance.now() + longest; performance.now() < end;);
    const exit = new Error("process.exit() in a thread that has ended");
    lateExits.add(exit);
    throw exit;
  };
}

/** Whether what was thrown is such an error, which is nobody's concern. */
export function isLateExit(error: unknown): boolean {
  return typeof error === "object" && error !== null && lateExits.has(error);
}
