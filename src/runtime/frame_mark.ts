/**
 * The channel between a process and its parent is the runtime's, and others speak there too: a
 * task by `process.send`, a watcher whose children report what they import. So a frame of ours
 * bears a mark, and what does not is none of ours.
 *
 * @module
 * @internal
 */

const marks = {
  toChild: "@nproc/multiprocessing:to-child",
  toParent: "@nproc/multiprocessing:to-parent",
};

/** Which way a frame goes. A child that returns what it hears does not speak for us. */
export type FrameDirection = keyof typeof marks;

/** A frame, as the runtime's channel carries it. */
export function markFrame(direction: FrameDirection, bytes: Uint8Array): unknown[] {
  return [marks[direction], bytes];
}

/** The bytes of a frame of ours; `undefined` of anybody else's message. */
export function markedFrame(direction: FrameDirection, message: unknown): Uint8Array | undefined {
  if (!Array.isArray(message) || message.length !== 2 || message[0] !== marks[direction]) {
    return undefined;
  }
  return message[1] instanceof Uint8Array ? message[1] : undefined;
}
