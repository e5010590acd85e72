/**
 * Children that are threads, and the link that such a child has to its parent. One module serves
 * all three runtimes: `node:worker_threads` reports a worker's exit on each of them, where Deno's
 * Web Worker reports neither `close()` nor `Deno.exit()`.
 *
 * What is said goes over a `MessagePort` of its own, with `onmessage`: on Deno the worker's own
 * channel and a port's `on("message")` are a hundred times slower for bytes.
 *
 * @module
 * @internal
 */

import process from "node:process";
import { receiveMessageOnPort, Worker, workerData } from "node:worker_threads";
import { adoptThreadMemory, threadMemory } from "./common_memory.ts";
import { scriptURL, sharedFiles, startScript } from "./boot.ts";
import type { Child, ChildEvents, Frame, ParentLink, Signal, SpawnRequest } from "./runtime.ts";
import type { Scratch } from "./scratch.ts";
import { adoptThreadNumbers, threadNumbers } from "./thread_id.ts";
import { carryOutput, isOutput, printOutput } from "./thread_output.ts";

/** A port as all three runtimes have it: the DOM's, and able not to keep the program alive. */
interface Port extends MessagePort {
  ref(): void;
  unref(): void;
}

interface Startup {
  readonly port: Port;
  readonly scratch: Scratch["handle"] | undefined;
  readonly threadNumbers: Int32Array;
  readonly memory: SharedArrayBuffer | null;
  readonly first: ParentLink["first"];
}

const none: readonly never[] = [];

/** From here on moving bytes is cheaper than copying them. */
const largeFrame = 16 * 1024;

/** Attachments travel behind the bytes, in one array; bare bytes are the common case. */
function postFrame(
  port: Port,
  { bytes, isReused, attachments = none, transfer = none }: Frame,
): void {
  const isBare = attachments.length === 0;
  const moves = bytes.length >= largeFrame && !isReused;
  if (isBare && !moves) return port.postMessage(bytes);
  const moved = moves ? [...transfer, bytes.buffer as ArrayBuffer] : [...transfer];
  port.postMessage(isBare ? bytes : [bytes, ...attachments], moved);
}

function deliver(
  data: unknown,
  to: (bytes: Uint8Array, attachments: readonly unknown[]) => void,
): void {
  if (data instanceof Uint8Array) return to(data, []);
  if (isOutput(data)) return printOutput(data);
  // A task that has found the port may post anything there; that is no frame of ours.
  if (Array.isArray(data) && data[0] instanceof Uint8Array) to(data[0], data.slice(1));
}

const exitCodeOf = { SIGTERM: -15, SIGKILL: -9 } as const;

class ThreadChild implements Child {
  readonly pid: number;
  readonly #worker: Worker;
  readonly #port: Port;
  #killedBy: Signal | undefined;
  #failed = false;
  #ended = false;

  constructor(request: SpawnRequest, events: ChildEvents, flags: readonly string[] | undefined) {
    const { port1, port2 } = new MessageChannel();
    this.pid = request.boot.thread!.pid;
    this.#port = port1 as Port;
    const { first } = request;
    const startup: Startup = {
      port: port2 as Port,
      scratch: request.scratch?.handle,
      threadNumbers: threadNumbers(),
      memory: threadMemory(),
      first: first && { bytes: first.bytes, attachments: first.attachments ?? none },
    };
    this.#worker = new Worker(
      scriptURL(startScript(request, sharedFiles(request))),
      {
        name: request.boot.name,
        workerData: startup,
        ...(flags && { execArgv: [...flags] }),
        transferList: [port2, ...first?.transfer ?? none] as never[],
        ...(request.env && { env: { ...process.env, ...request.env } }),
      },
    );
    this.#port.onmessage = (event) => deliver(event.data, events.frame);
    this.#worker.on("error", (error) => {
      this.#failed = true;
      events.error(error);
    });
    this.#worker.on("exit", (code) => this.#end(code, events));
  }

  /** `exit` overtakes messages that are still in the port: they are delivered first. */
  #end(code: number, events: ChildEvents): void {
    this.#ended = true;
    for (;;) {
      // The port is the DOM's, which is node's too; the types alone are two.
      const left = receiveMessageOnPort(this.#port as never) as { message: unknown } | undefined;
      if (left === undefined) break;
      deliver(left.message, events.frame);
    }
    this.#port.close();
    // A process' code has eight bits. Fewer than none would be a signal.
    const status = code & 0xff;
    if (this.#killedBy !== undefined) events.exit(exitCodeOf[this.#killedBy]);
    else events.exit(this.#failed ? status || 1 : status);
  }

  post(frame: Frame): void {
    if (!this.#ended) postFrame(this.#port, frame);
  }

  kill(signal: Signal): void {
    if (this.#ended) return;
    this.#killedBy ??= signal;
    void this.#worker.terminate();
  }

  ref(): void {
    if (this.#ended) return;
    this.#worker.ref();
    this.#port.ref();
  }

  unref(): void {
    if (this.#ended) return;
    this.#worker.unref();
    this.#port.unref();
  }
}

/** Starts a thread whose script imports `request.entry`; with the program's flags, or with others. */
export function spawnThread(
  request: SpawnRequest,
  events: ChildEvents,
  flags?: readonly string[],
): Child {
  return new ThreadChild(request, events, flags);
}

/** The link of a child that is a thread. */
export class ThreadLink implements ParentLink {
  readonly #port: Port;
  /** The memory that this child shares with its parent, where it was given some. */
  readonly scratch: Scratch["handle"] | undefined;
  readonly first: ParentLink["first"];

  constructor() {
    const startup = workerData as Startup;
    this.#port = startup.port;
    this.scratch = startup.scratch;
    this.first = startup.first;
    carryOutput((output) => this.#port.postMessage(output));
    adoptThreadNumbers(startup.threadNumbers);
    adoptThreadMemory(startup.memory);
  }

  post(frame: Frame): void {
    postFrame(this.#port, frame);
  }

  onFrame(handler: (bytes: Uint8Array, attachments: readonly unknown[]) => void): void {
    this.#port.onmessage = (event) => deliver(event.data, handler);
  }

  get isDrained(): boolean {
    return true;
  }

  /** A message that was posted is in the other side's queue, whatever becomes of this thread. */
  drained(): Promise<void> {
    return Promise.resolve();
  }

  ref(): void {
    this.#port.ref();
  }

  unref(): void {
    this.#port.unref();
  }
}
