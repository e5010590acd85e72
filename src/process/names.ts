/**
 * Names of shared memory outlive the child that made them, and end with the program: a child tells
 * its parent of each, which keeps it from then on, until the program's first process has them all.
 *
 * @module
 * @internal
 */

import type { Decoder } from "../codec/decoder.ts";
import { connectKeepers, forgetName, keepName, releaseName } from "../runtime/name_keeper.ts";
import type { Frame, ParentLink } from "../runtime/runtime.ts";
import { encoderFor, frameKind } from "./messages.ts";

/** One end of a link between a parent and its child. */
interface Link {
  post(frame: Frame): void;
}

let parent: ParentLink | undefined;
/** All that is said is bytes, which any link carries. */
const encoder = encoderFor("process");

/** Connects this child to its parent. */
export function connectParent(link: ParentLink): void {
  parent = link;
  connectKeepers({
    keep: (file, inode) => post(link, frameKind.keeps, file, inode),
    forget: (file) => post(link, frameKind.forgets, file, 0),
    get hasHeard() {
      return link.isDrained;
    },
  });
}

/** Takes a frame, if it is about a name. */
export function hears(from: Link, kind: number, body: Decoder): boolean {
  if (kind !== frameKind.keeps && kind !== frameKind.forgets) return false;
  const inode = body.readUint();
  const file = body.read() as string;
  if (kind === frameKind.keeps) {
    keepName(file, inode);
    post(from, frameKind.forgets, file, inode);
  } else if (from === parent) releaseName(file, inode);
  else forgetName(file);
  return true;
}

function post(to: Link, kind: number, file: string, inode: number): void {
  encoder.writeUint(kind);
  encoder.writeUint(inode);
  encoder.write(file, "value");
  to.post(encoder.take());
}
