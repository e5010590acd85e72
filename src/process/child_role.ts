/**
 * What every child does, whatever its role: it opens the link to its parent, says that it can be
 * spoken to, reports an uncaught error before it ends of it, and hands the frames that come to
 * its role.
 *
 * @module
 * @internal
 */

import { Decoder } from "../codec/decoder.ts";
import { type BootNote, claimRole } from "../runtime/boot.ts";
import { atExit } from "../runtime/at_exit.ts";
import { isLateExit } from "../runtime/deno/late_exit.ts";
import { exitChild, onUncaught, openParentLink } from "../runtime/current.ts";
import { adoptLaunch } from "../runtime/launch.ts";
import { afterBundle, isMainPartStop } from "../runtime/main_part.ts";
import type { ParentLink, StopSignal } from "../runtime/runtime.ts";
import { writeError } from "../runtime/standard_error.ts";
import { endAtOnce, watchStopHandlers } from "../runtime/stop_signals.ts";
import { router } from "./frame_router.ts";
import { tellParent } from "./names.ts";
import "./routes.ts";
import { connectParentProcess } from "./wake_router.ts";
import { hasLeft, noteOwnDeath } from "../memory/arena.ts";
import { describeCrash } from "./crash.ts";
import { encoderFor, frameKind } from "./messages.ts";

/** A child's hold on its parent. */
export interface ChildContext {
  readonly note: BootNote;
  readonly link: ParentLink;
}

/** What a role does with a frame. */
export type FrameHandler = (kind: number, body: Decoder) => void;

/**
 * Makes this thread a child of the given role, if it was started as one. A bundle holds the
 * modules of every role: the one that fits takes it.
 */
export function takeRole(role: string, begin: (child: ChildContext) => FrameHandler): void {
  const note = claimRole(role);
  if (note === undefined) return;
  adoptLaunch();
  const link = openParentLink(note.method);
  const child: ChildContext = { note, link };
  router.connectParent(link);
  if (note.method === "worker") atExit(noteOwnDeath);
  else if (!note.isIsolated) connectParentProcess(link);
  const stops = note.method === "process" && note.outlivesStopSignals
    ? tellStopHandlers(link)
    : undefined;
  if (!note.isIsolated) tellParent(link);
  onUncaught((error) => void crash(child, error));
  const handle = begin(child);
  const hear = (bytes: Uint8Array, attachments: readonly unknown[] = []) => {
    const body = new Decoder(bytes, attachments);
    const kind = body.readUint();
    if (router.route(link, kind, body)) return;
    if (kind === frameKind.terminate) stops?.terminate();
    else handle(kind, body);
  };
  link.onFrame(hear);
  afterBundle(() => {
    const encoder = encoderFor(note.method);
    encoder.writeUint(frameKind.ready);
    encoder.write(performance.now(), "value");
    link.post(encoder.take());
    if (link.first !== undefined) hear(link.first.bytes, link.first.attachments);
  });
}

/** Has the parent know which signals tasks handle: see `StartedChild.kill`. */
function tellStopHandlers(link: ParentLink): { terminate(): void } {
  const handled = new Set<StopSignal>();
  const encoder = encoderFor("process");
  watchStopHandlers((signal) => {
    handled.add(signal);
    encoder.writeUint(frameKind.handlesSignal);
    encoder.write(signal, "value");
    link.post(encoder.take());
  });
  return { terminate: () => handled.has("SIGTERM") || endAtOnce() };
}

let crashing = false;

/**
 * Prints an error that nothing caught, tells the parent of it, and ends this child, once what it
 * has to wait for is over.
 */
export async function crash(
  child: ChildContext,
  error: unknown,
  untilOver?: () => Promise<unknown>,
): Promise<void> {
  // What goes wrong in a thread that was ended is its end's doing.
  if (crashing || hasLeft(child.note.method) || isLateExit(error)) return;
  if (isMainPartStop(error)) return;
  crashing = true;
  writeError(describeCrash(child.note.name, error));
  const encoder = encoderFor(child.note.method, "parent");
  encoder.writeUint(frameKind.crashed);
  try {
    encoder.write(error, "value");
    child.link.post(encoder.take());
  } catch {
    // What was thrown cannot travel, or a getter of it throws. Its text is printed, and the exit
    // code tells the rest: nothing must keep the child from its end.
  }
  await untilOver?.();
  await child.link.drained();
  exitChild(1);
}
