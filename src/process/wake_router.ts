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
import { connectWakeRouter, wakeHere } from "../memory/wake_port.ts";
import type { Frame } from "../runtime/runtime.ts";
import { encoderFor, frameKind } from "./messages.ts";

/** One end of a link between two processes. */
interface WakeLink {
  post(frame: Frame): void;
}

/** Behind which links somebody sleeps on a word. */
const sleepers = new Map<number, Set<WakeLink>>();
let parent: WakeLink | undefined;
const encoder = encoderFor("process");

/** Connects this process to its parent. */
export function connectParent(link: WakeLink): void {
  parent = link;
}

connectWakeRouter({ sleeps: tellSleep, wakes: (word) => passWake(word, undefined) });

/** Forgets a child that has ended. */
export function disconnect(child: WakeLink): void {
  for (const [word, links] of sleepers) {
    links.delete(child);
    if (links.size === 0) sleepers.delete(word);
  }
}

/** Takes a frame, if it is of the wake router. */
export function hears(from: WakeLink, kind: number, body: Decoder): boolean {
  if (kind === frameKind.sleeps) noteSleep(from, body.readUint(), body.readUint() | 0);
  else if (kind === frameKind.wakes) {
    const word = body.readUint();
    wakeHere(word);
    passWake(word, from);
  } else return false;
  return true;
}

function noteSleep(from: WakeLink, word: number, count: number): void {
  const now = wordOfProcesses(word);
  if (now !== undefined && now !== count) return postWake(from, word);
  const links = sleepers.get(word) ?? new Set();
  sleepers.set(word, links.add(from));
  tellSleep(word, count);
}

function tellSleep(word: number, count: number): void {
  if (parent === undefined) return;
  encoder.writeUint(frameKind.sleeps);
  encoder.writeUint(word);
  encoder.writeUint(count >>> 0);
  parent.post(encoder.take());
}

/** Passes a wake-up on: down to those who sleep, and up if it did not come from there. */
function passWake(word: number, from: WakeLink | undefined): void {
  const links = sleepers.get(word);
  sleepers.delete(word);
  for (const link of links ?? []) if (link !== from) postWake(link, word);
  if (parent !== undefined && parent !== from) postWake(parent, word);
}

function postWake(to: WakeLink, word: number): void {
  encoder.writeUint(frameKind.wakes);
  encoder.writeUint(word);
  to.post(encoder.take());
}
