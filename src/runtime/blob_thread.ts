/**
 * A helper thread that reads blobs while the calling thread sleeps. Deno reads every blob in the
 * background, and Bun reads files there. The helper finds the blob by its URL
 * (`URL.createObjectURL`), which all threads of a process share on Deno and Bun, but not on Node.
 *
 * @module
 * @internal
 */

import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import { scriptURL } from "./boot.ts";

/**
 * Milliseconds for the start of the thread, which takes up to a second on a busy machine, and for
 * the read.
 */
const mostTime = 30_000;

/** The thread's answer. */
type Reply = { readonly bytes: ArrayBuffer } | { readonly reason: string };

/** The script imports nothing of this package, so it starts fast and works in a bundle. */
const script = `
import { resolveObjectURL } from "node:buffer";
import { workerData } from "node:worker_threads";
const { port } = workerData;
port.onmessage = async ({ data: { url, done } }) => {
  try {
    const bytes = await resolveObjectURL(url).arrayBuffer();
    port.postMessage({ bytes }, [bytes]);
  } catch (error) {
    port.postMessage({ reason: String(error?.message ?? error) });
  }
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
};
`;

class BlobThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(scriptURL(script), {
      name: "blobs",
      workerData: { port: port2 },
      transferList: [port2 as never],
      // The thread needs no flags of the program, which may name modules to load, and no
      // environment.
      execArgv: [],
      env: {},
    });
    // The thread must not keep the program alive. An error in it must not end the program either: a
    // caller that waits for an answer gives up after its timeout.
    this.#worker.unref();
    this.#worker.on("error", () => this.#forget());
    this.#worker.on("exit", () => this.#forget());
  }

  read(blob: Blob, timeout: number): ArrayBuffer {
    const url = URL.createObjectURL(blob);
    try {
      const reply = this.#ask(url, timeout);
      if ("bytes" in reply) return reply.bytes;
      throw new Error(reply.reason);
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  #ask(url: string, timeout: number): Reply {
    const done = new Int32Array(new SharedArrayBuffer(4));
    this.#port.postMessage({ url, done });
    if (Atomics.wait(done, 0, 0, timeout) === "timed-out") {
      // A late answer must not be taken for the answer to the next question.
      this.#forget();
      void this.#worker.terminate();
      throw new Error(`it was not read within ${timeout} ms`);
    }
    // The port is the DOM's, which is node's too; the types alone are two.
    return receiveMessageOnPort(this.#port as never)!.message as Reply;
  }

  #forget(): void {
    if (current === this) current = undefined;
    this.#port.close();
  }
}

/** Started for the first blob and kept, as a start takes much longer than to read a small blob. */
let current: BlobThread | undefined;

/**
 * Reads a blob in the helper thread, and blocks until it is read.
 *
 * @throws {Error} If the blob cannot be read in time, or no thread can be started.
 */
export function readInThread(blob: Blob, timeout: number = mostTime): ArrayBuffer {
  current ??= new BlobThread();
  return current.read(blob, timeout);
}
