/**
 * The event loop's turns, and timers that do not keep it going.
 *
 * @module
 * @internal
 */

import process from "node:process";
import { clearImmediate, clearTimeout, setImmediate, setTimeout } from "node:timers";

/** Lets the event loop go round once: messages, timers and finished I/O have their turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Calls `action` in the event loop's next turn. Gives what cancels it. */
export function inNextTurn(action: () => void): () => void {
  const turn = setImmediate(action);
  return () => clearImmediate(turn);
}

/** Calls `action` after some milliseconds. Gives what cancels it. */
export function inForeground(milliseconds: number, action: () => void): () => void {
  const timer = setTimeout(action, milliseconds);
  return () => clearTimeout(timer);
}

/**
 * Calls `action` after some milliseconds, if the program still runs then. Gives what cancels it.
 */
export function inBackground(milliseconds: number, action: () => void): () => void {
  const timer = setTimeout(action, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
}

/** An action that is to come. */
export interface Delay {
  /** Makes it not come. */
  cancel(): void;
  /** Whether the program stays alive until it has come; so at first. */
  keepAlive(whether: boolean): void;
}

/** Calls `action` after some milliseconds. */
export function after(milliseconds: number, action: () => void): Delay {
  const timer = setTimeout(action, milliseconds);
  return {
    cancel: () => clearTimeout(timer),
    keepAlive: (whether) => void (whether ? timer.ref() : timer.unref()),
  };
}

/** How long what was left in the background may keep an ending child, in milliseconds. */
const grace = 1000;

/** Lets this child end by itself, and ends it if something in the background keeps it. */
export function endSoon(): void {
  setTimeout(() => process.exit(), grace).unref();
}
