/**
 * Hands the frames that come over the links between this child, its parent and its children to
 * whoever listens for their kind.
 *
 * @module
 * @internal
 */

import type { Decoder } from "../codec/decoder.ts";
import type { Frame } from "../runtime/runtime.ts";

/** One end of a link between a parent and its child. */
export interface FrameLink {
  post(frame: Frame): void;
}

/** Takes the frames of a kind. `from` is the end of the link by which a frame came. */
export type FrameListener = (from: FrameLink, body: Decoder) => void;

/** The links of one child, and who listens for what comes over them. */
export class FrameRouter {
  readonly #listeners = new Map<number, FrameListener>();
  readonly #endListeners: ((link: FrameLink) => void)[] = [];
  #parent: FrameLink | undefined;

  /** The link to this child's parent; `undefined` in the program's first thread. */
  get parent(): FrameLink | undefined {
    return this.#parent;
  }

  /** Sets the link to the parent. A child does so once, before it listens for anything. */
  connectParent(link: FrameLink): void {
    this.#parent = link;
  }

  /**
   * Has all frames of a kind handed to a listener, whichever link they come by.
   *
   * @throws {Error} If somebody listens for that kind already.
   */
  on(kind: number, listener: FrameListener): void {
    if (this.#listeners.has(kind)) throw new Error(`Cannot listen for frames ${kind} twice`);
    this.#listeners.set(kind, listener);
  }

  /** Calls a listener with each link to a child that has ended. */
  onLinkEnd(listener: (link: FrameLink) => void): void {
    this.#endListeners.push(listener);
  }

  /** Says that the child at the other end of a link has ended. */
  noteLinkEnd(link: FrameLink): void {
    for (const listener of this.#endListeners) listener(link);
  }

  /** Hands a frame to whoever listens for its kind; `false` if nobody does. */
  route(from: FrameLink, kind: number, body: Decoder): boolean {
    const listener = this.#listeners.get(kind);
    listener?.(from, body);
    return listener !== undefined;
  }
}

/** The router of this thread. */
export const router: FrameRouter = new FrameRouter();
