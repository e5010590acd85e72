/**
 * What is to be done when this child ends by itself: with one listener, as Node warns of a leak
 * where there are more than ten.
 *
 * @module
 * @internal
 */

import process from "node:process";

const actions = new Map<symbol, () => void>();
let isListening = false;

/** Does something at the end, after what was to be done before. What this gives calls that off. */
export function atExit(action: () => void): () => void {
  if (!isListening) process.on("exit", doAll);
  isListening = true;
  const key = Symbol();
  actions.set(key, action);
  return () => void actions.delete(key);
}

/** Does all of it. What fails keeps nothing else from being done, and is printed. */
function doAll(): void {
  for (const [key, action] of actions) {
    // It is done once, also where another listener calls `process.exit()`.
    actions.delete(key);
    try {
      action();
    } catch (error) {
      console.error(error);
    }
  }
}
