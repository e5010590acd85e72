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
  type KeptName,
  releaseName,
  takeOverName,
} from "../runtime/resource_tracker.ts";
import { type FrameLink, router } from "./frame_router.ts";
import { encoderFor, frameKind } from "./messages.ts";

/** All that is said is bytes, which any link carries. */
const encoder = encoderFor("process");

/** Has this child tell its parent of each name that it keeps. */
export function tellParent(link: FrameLink): void {
  connectKeepers({
    keep: (name) => post(link, frameKind.keeps, name),
    forget: (name) => post(link, frameKind.forgets, name),
  });
}

/** Takes the frame of a child that has made a name: from here on this child keeps it. */
export function keepsName(from: FrameLink, body: Decoder): void {
  const name = readName(body);
  takeOverName(name);
  post(from, frameKind.forgets, name);
}

/** Takes the frame that says that a name is gone, or that the parent keeps it. */
export function forgetsName(from: FrameLink, body: Decoder): void {
  const name = readName(body);
  if (from === router.parent) releaseName(name);
  else forgetName(name);
}

function readName(body: Decoder): KeptName {
  const inode = body.readUint();
  return { inode, file: body.read() as string };
}

function post(to: FrameLink, kind: number, { file, inode }: KeptName): void {
  encoder.writeUint(kind);
  encoder.writeUint(inode);
  encoder.write(file, "value");
  to.post(encoder.take());
}
