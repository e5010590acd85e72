/**
 * The link of a child that is a process: the channel that its parent opened for it.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import process from "node:process";
import { bootNote } from "./boot.ts";
import { markedFrame, markFrame } from "./frame_mark.ts";
import type { Frame, ParentLink } from "./runtime.ts";

/** Node's channel handle, which the types leave out. */
interface ParentChannel {
  ref(): void;
  unref(): void;
}

function readFirst(file: string | undefined): ParentLink["first"] {
  return file === undefined ? undefined : { bytes: fs.readFileSync(file), attachments: [] };
}

/** The channel to the parent. When it ends, because the parent ended, so does this child. */
export class ProcessLink implements ParentLink {
  readonly scratch: string | undefined = bootNote()?.scratch;
  readonly first: ParentLink["first"] = readFirst(bootNote()?.firstFile);
  /** Sends whose callback has not come yet: a process that exits before it loses them. */
  #unsent = 0;
  #waiting: (() => void)[] = [];

  constructor() {
    process.on("disconnect", () => process.exit(0));
  }

  post({ bytes }: Frame): void {
    if (!process.connected || process.send === undefined) return;
    this.#unsent++;
    process.send(markFrame("toParent", bytes), undefined, undefined, () => this.#sent());
  }

  #sent(): void {
    if (--this.#unsent > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  onFrame(handler: (bytes: Uint8Array, attachments: readonly unknown[]) => void): void {
    process.on("message", (message) => {
      const bytes = markedFrame("toChild", message);
      if (bytes !== undefined) handler(bytes, []);
    });
  }

  get isDrained(): boolean {
    return this.#unsent === 0;
  }

  drained(): Promise<void> {
    if (this.isDrained) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  ref(): void {
    this.#channel?.ref();
  }

  unref(): void {
    this.#channel?.unref();
  }

  get #channel(): ParentChannel | undefined | null {
    return process.channel as ParentChannel | undefined | null;
  }
}
