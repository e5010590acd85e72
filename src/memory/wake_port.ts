/**
 * How a process hears that a word was changed on which it sleeps. Messages go along the links
 * between parents and children; who holds those links, connects itself here.
 *
 * @module
 * @internal
 */

/** What carries sleeps and wake-ups to the other processes. */
export interface WakeRouter {
  /** Something in this process sleeps on a word that has the value `count`. */
  sleeps(word: number, count: number): void;
  /** A word was changed here; whoever sleeps on it is to look. */
  wakes(word: number): void;
}

/** Without one, sleepers look up from time to time. */
let wakeRouter: WakeRouter | undefined;
const listeners: ((word: number) => void)[] = [];

/** Connects this process to the others. */
export function connectWakeRouter(connected: WakeRouter): void {
  wakeRouter = connected;
}

/** Has this process woken when the word is changed elsewhere. */
export function announceSleep(word: number, count: number): void {
  wakeRouter?.sleeps(word, count);
}

/** Wakes those who sleep on a word, here and in the other processes. */
export function announceWake(word: number): void {
  wakeHere(word);
  wakeRouter?.wakes(word);
}

/** Wakes those who sleep on a word in this process. */
export function wakeHere(word: number): void {
  for (const listener of listeners) listener(word);
}

/** Calls `listener` with each word that was changed. */
export function onWake(listener: (word: number) => void): void {
  listeners.push(listener);
}
