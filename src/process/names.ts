/**
 * Names of shared memory outlive the child that made them, and end with the program: a child tells
 * its parent of each, which keeps it from then on, until the program's first process has them all.
 *
 * @module
 * @internal
 */

import type { Decoder } from "../codec/decoder.ts";
import {
  connectKeepers,
  forgetName,
  keepName,
  type KeptName,
  releaseName,
} from "../runtime/resource_tracker.ts";
import type { Frame } from "../runtime/runtime.ts";
import { encoderFor, frameKind } from "./messages.ts";

/** One end of a link between a parent and its child. */
interface FrameLink {
  post(frame: Frame): void;
}

let parent: FrameLink | undefined;
/** All that is said is bytes, which any link carries. */
const encoder = encoderFor("process");

/** Connects this child to its parent. */
export function connectParent(link: FrameLink): void {
  parent = link;
  connectKeepers({
    keep: (name) => post(link, frameKind.keeps, name),
    forget: (name) => post(link, frameKind.forgets, name),
  });
}

/** Takes a frame, if it is about a name. */
export function hears(from: FrameLink, kind: number, body: Decoder): boolean {
  if (kind !== frameKind.keeps && kind !== frameKind.forgets) return false;
  const inode = body.readUint();
  const file = body.read() as string;
  const name = { file, inode };
  if (kind === frameKind.keeps) {
    keepName(name);
    post(from, frameKind.forgets, name);
  } else if (from === parent) releaseName(name);
  else forgetName(name);
  return true;
}

function post(to: FrameLink, kind: number, { file, inode }: KeptName): void {
  encoder.writeUint(kind);
  encoder.writeUint(inode);
  encoder.write(file, "value");
  to.post(encoder.take());
}
