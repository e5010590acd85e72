/**
 * What a child was sent: the frames that wait until it can be spoken to, the file that its first
 * frame is in, and what its frames refer to. That is kept until the child has ended.
 *
 * @module
 * @internal
 */

import type { EncodedMessage } from "../codec/encoder.ts";
import type { DeliveryHooks } from "../codec/extension.ts";
import { type MemoryFile, passByFile } from "../runtime/memory_file.ts";
import type { Frame, SpawnRequest } from "../runtime/runtime.ts";
import type { StartRequest } from "./start_request.ts";

/** A frame, with what must be kept or done for what it refers to. */
export type PostedFrame = Frame & Partial<Pick<EncodedMessage, "hooks" | "kept">>;

/** What one child was sent. */
export class SentFrames {
  #waiting: Frame[] = [];
  #firstFile: MemoryFile | undefined;
  /** Called when the child has ended. */
  #hooks: DeliveryHooks[] = [];
  #kept: object[] = [];

  /** Makes the first frame of a child, which comes with its start where that is possible. */
  pack(
    { first: make, method, permissions }: StartRequest,
  ): Pick<SpawnRequest, "first" | "firstFile"> {
    if (make === undefined) return {};
    const first = make();
    this.keepFor(first);
    if (method === "worker") return { first };
    // With permissions of its own it may not open a file of ours.
    const inherits = permissions === undefined || permissions === "inherit";
    this.#firstFile = inherits ? passByFile(first.bytes) : undefined;
    if (this.#firstFile === undefined) this.#waiting.push(first);
    return { firstFile: this.#firstFile?.path };
  }

  /** Keeps what a frame refers to. */
  keepFor({ hooks = [], kept = [] }: Partial<Pick<EncodedMessage, "hooks" | "kept">>): void {
    this.#hooks.push(...hooks);
    this.#kept.push(...kept);
  }

  /** Adds a frame that waits until the child can be spoken to. */
  add(frame: Frame): void {
    this.#waiting.push(frame);
  }

  /** Removes the frames that wait, and returns them. */
  takeWaiting(): Frame[] {
    return this.#waiting.splice(0);
  }

  /**
   * Closes the file of the first frame. On Deno a frame may come after the end, so this may be
   * called twice.
   */
  closeFirstFile(): void {
    this.#firstFile?.close();
    this.#firstFile = undefined;
  }

  /** Drops everything: the child has ended, or was not started. */
  drop(): void {
    this.closeFirstFile();
    this.#waiting = [];
    this.#kept = [];
    for (const hooks of this.#hooks.splice(0)) hooks.dropped();
  }
}
