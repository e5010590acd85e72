/**
 * Carries wake-ups between processes, along the links between parents and children. A sleep is
 * told upwards, and each process on the way notes behind which link somebody sleeps; a wake-up goes
 * upwards too, and from each process down the links that were noted for its word.
 *
 * A wake-up may pass a process before the sleep comes there. So each process that has the memory
 * looks at the word itself, and if it has changed, answers the sleep with a wake-up.
 *
 * @module
 * @internal
 */

import type { Decoder } from "../codec/decoder.ts";
import { wordOfProcesses } from "../memory/arena.ts";
import { wakeHere, type WakeRouter } from "../memory/wake_port.ts";
import type { FrameLink } from "./frame_router.ts";
import { encoderFor, frameKind } from "./messages.ts";

/** Behind which links somebody sleeps on a word. */
const sleepers = new Map<number, Set<FrameLink>>();
let parent: FrameLink | undefined;
const encoder = encoderFor("process");

/** Carries this process' sleeps and wake-ups to the others. */
export const wakeRouter: WakeRouter = {
  sleeps: tellSleep,
  wakes: (word) => passWake(word, undefined),
};

/**
 * Connects this process to its parent. A thread is not connected: it looks up from time to time.
 */
export function connectParentProcess(link: FrameLink): void {
  parent = link;
}

/** Forgets who sleeps behind the link of a child that has ended. */
export function forgetSleepers(child: FrameLink): void {
  for (const [word, links] of sleepers) {
    links.delete(child);
    if (links.size === 0) sleepers.delete(word);
  }
}

/** Takes the frame that says that somebody behind a link sleeps on a word. */
export function noteSleep(from: FrameLink, body: Decoder): void {
  const [word, count] = [body.readUint(), body.readUint() | 0];
  const now = wordOfProcesses(word);
  if (now !== undefined && now !== count) return postWake(from, word);
  const links = sleepers.get(word) ?? new Set();
  sleepers.set(word, links.add(from));
  tellSleep(word, count);
}

/** Takes the frame that says that a word was changed. */
export function takeWake(from: FrameLink, body: Decoder): void {
  const word = body.readUint();
  wakeHere(word);
  passWake(word, from);
}

function tellSleep(word: number, count: number): void {
  if (parent === undefined) return;
  encoder.writeUint(frameKind.sleeps);
  encoder.writeUint(word);
  encoder.writeUint(count >>> 0);
  parent.post(encoder.take());
}

/** Passes a wake-up on: down to those who sleep, and up if it did not come from there. */
function passWake(word: number, from: FrameLink | undefined): void {
  const links = sleepers.get(word);
  sleepers.delete(word);
  for (const link of links ?? []) if (link !== from) postWake(link, word);
  if (parent !== undefined && parent !== from) postWake(parent, word);
}

function postWake(to: FrameLink, word: number): void {
  encoder.writeUint(frameKind.wakes);
  encoder.writeUint(word);
  to.post(encoder.take());
}
