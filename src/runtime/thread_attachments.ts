/**
 * Objects of the platform beside a frame between threads. One thread can send what another cannot
 * read: Deno's `Histogram`, where `node:perf_hooks` was not loaded. A port that meets such a
 * message drops it with a `messageerror` that does not tell which it was, and on Deno hears nothing
 * any more.
 *
 * So these objects go through a port of their own, which nobody listens to: the receiver of a frame
 * takes them from there, and a failure is that frame's alone. The first frame brings the port.
 *
 * @module
 * @internal
 */

import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";

/** What every thread can read: memory, views of it, and ports. */
function isSafe(item: unknown): boolean {
  return item instanceof ArrayBuffer || item instanceof SharedArrayBuffer ||
    ArrayBuffer.isView(item) || Object.prototype.toString.call(item) === "[object MessagePort]";
}

/** A frame whose attachments stand in the other port. */
export interface BareFrame {
  readonly bytes: Uint8Array;
  /** The port to take attachments from, with the first such frame. */
  readonly port: MessagePort | undefined;
}

/** Whether a message is such a frame. */
export function isBareFrame(data: unknown): data is BareFrame {
  return typeof data === "object" && data !== null && "bytes" in data &&
    data.bytes instanceof Uint8Array;
}

/** Sends attachments that the other side may not be able to read. */
export class AttachmentSender {
  #port: MessagePort | undefined;

  /** Whether attachments are to be sent this way. */
  static accepts(attachments: readonly unknown[]): boolean {
    return !attachments.every(isSafe);
  }

  /**
   * Sends the attachments of a frame, before the frame; what it gives is to travel as that frame.
   */
  send(
    bytes: Uint8Array,
    attachments: readonly unknown[],
    transfer: readonly object[],
  ): BareFrame {
    if (this.#port !== undefined) {
      this.#port.postMessage(attachments, transfer as never);
      return { bytes, port: undefined };
    }
    const { port1, port2 } = new MessageChannel();
    try {
      port1.postMessage(attachments, transfer as never);
    } catch (error) {
      port1.close();
      throw error;
    }
    this.#port = port1;
    return { bytes, port: port2 };
  }

  close(): void {
    this.#port?.close();
  }
}

/** Takes the attachments that an `AttachmentSender` sent. */
export class AttachmentReceiver {
  #port: MessagePort | undefined;

  /** The attachments of a frame; none if they cannot be read here. */
  take({ port }: BareFrame): readonly unknown[] {
    this.#port ??= port;
    try {
      const message = receiveMessageOnPort(this.#port!) as { message: unknown } | undefined;
      return Array.isArray(message?.message) ? message.message : [];
    } catch {
      // What the platform says of it names no object. The frame's reader says that it lacks one.
      return [];
    }
  }

  close(): void {
    this.#port?.close();
  }
}
