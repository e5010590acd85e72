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
import {
  AttachmentReceiver,
  AttachmentSender,
  type BareFrame,
  isBareFrame,
} from "./thread_attachments.ts";
import { adoptThreadNumbers, threadNumbers } from "./thread_id.ts";
import { carryOutput, isOutput, printOutput } from "./thread_output.ts";

/** A port as all three runtimes have it: the DOM's, and able not to keep the program alive. */
interface Port {
  postMessage(message: unknown, transfer?: readonly object[]): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  close(): void;
  ref(): void;
  unref(): void;
}

interface Startup {
  readonly port: Port;
  readonly scratch: Scratch["handle"] | undefined;
  readonly threadNumbers: Int32Array;
  readonly memory: SharedArrayBuffer | null;
  readonly first: ParentLink["first"] | BareFrame;
}

const none: readonly never[] = [];

/** From here on moving bytes is cheaper than copying them. */
const largeFrame = 16 * 1024;

/** A port with what goes through it: frames, and objects beside them. */
class FramePort {
  readonly port: Port;
  readonly #sender = new AttachmentSender();
  readonly #receiver = new AttachmentReceiver();

  constructor(port: Port) {
    this.port = port;
  }

  /** Attachments travel behind the bytes, in one array; bare bytes are the common case. */
  post({ bytes, isReused, attachments = none, transfer = none }: Frame): void {
    if (AttachmentSender.accepts(attachments)) {
      const frame = this.#sender.send(bytes, attachments, transfer);
      return this.port.postMessage(frame, portsOf(frame));
    }
    const isBare = attachments.length === 0;
    const moves = bytes.length >= largeFrame && !isReused;
    if (isBare && !moves) return this.port.postMessage(bytes);
    const moved = moves ? [...transfer, bytes.buffer as ArrayBuffer] : [...transfer];
    this.port.postMessage(isBare ? bytes : [bytes, ...attachments], moved);
  }

  /** What is to come with a child as its first frame, and what is moved with it. */
  pack(
    { bytes, attachments = none, transfer = none }: Frame,
  ): [Startup["first"], readonly object[]] {
    if (!AttachmentSender.accepts(attachments)) return [{ bytes, attachments }, transfer];
    const frame = this.#sender.send(bytes, attachments, transfer);
    return [frame, portsOf(frame)];
  }

  /** The first frame, as it came. */
  unpack(first: Startup["first"]): ParentLink["first"] {
    if (first === undefined || "attachments" in first) return first;
    return { bytes: first.bytes, attachments: this.#receiver.take(first as BareFrame) };
  }

  listen(to: (bytes: Uint8Array, attachments: readonly unknown[]) => void): void {
    this.port.onmessage = (event) => this.#deliver(event.data, to);
  }

  /** Delivers what has come and was not heard yet. */
  drain(to: (bytes: Uint8Array, attachments: readonly unknown[]) => void): void {
    for (;;) {
      // The port is the DOM's, which is node's too; the types alone are two.
      const left = receiveMessageOnPort(this.port as never) as { message: unknown } | undefined;
      if (left === undefined) return;
      this.#deliver(left.message, to);
    }
  }

  close(): void {
    this.port.close();
    this.#sender.close();
    this.#receiver.close();
  }

  #deliver(
    data: unknown,
    to: (bytes: Uint8Array, attachments: readonly unknown[]) => void,
  ): void {
    if (data instanceof Uint8Array) return to(data, []);
    if (isOutput(data)) return printOutput(data);
    if (isBareFrame(data)) return to(data.bytes, this.#receiver.take(data));
    // A task that has found the port may post anything there; that is no frame of ours.
    if (Array.isArray(data) && data[0] instanceof Uint8Array) to(data[0], data.slice(1));
  }
}

/** What is moved with a frame whose attachments go another way. */
function portsOf({ port }: BareFrame): object[] {
  return port === undefined ? [] : [port];
}

const exitCodeOf = { SIGTERM: -15, SIGKILL: -9 } as const;

class ThreadChild implements Child {
  readonly pid: number;
  readonly #worker: Worker;
  readonly #port: FramePort;
  #killedBy: Signal | undefined;
  #failed = false;
  #ended = false;

  constructor(request: SpawnRequest, events: ChildEvents, flags: readonly string[] | undefined) {
    const { port1, port2 } = new MessageChannel();
    this.pid = request.boot.thread!.pid;
    this.#port = new FramePort(port1 as unknown as Port);
    const [first, moved] = request.first === undefined
      ? [undefined, none]
      : this.#port.pack(request.first);
    const startup: Startup = {
      port: port2 as unknown as Port,
      scratch: request.scratch?.handle,
      threadNumbers: threadNumbers(),
      memory: threadMemory(),
      first,
    };
    this.#worker = new Worker(
      scriptURL(startScript(request, sharedFiles(request))),
      {
        name: request.boot.name,
        workerData: startup,
        ...(flags && { execArgv: [...flags] }),
        transferList: [port2, ...moved] as never[],
        ...(request.env && { env: { ...process.env, ...request.env } }),
      },
    );
    this.#port.listen(events.frame);
    this.#worker.on("error", (error) => {
      this.#failed = true;
      events.error(error);
    });
    this.#worker.on("exit", (code) => this.#end(code, events));
  }

  /** `exit` overtakes messages that are still in the port: they are delivered first. */
  #end(code: number, events: ChildEvents): void {
    this.#ended = true;
    this.#port.drain(events.frame);
    this.#port.close();
    // A process' code has eight bits. Fewer than none would be a signal.
    const status = code & 0xff;
    if (this.#killedBy !== undefined) events.exit(exitCodeOf[this.#killedBy]);
    else events.exit(this.#failed ? status || 1 : status);
  }

  post(frame: Frame): void {
    if (!this.#ended) this.#port.post(frame);
  }

  kill(signal: Signal): void {
    if (this.#ended) return;
    this.#killedBy ??= signal;
    void this.#worker.terminate();
  }

  ref(): void {
    if (this.#ended) return;
    this.#worker.ref();
    this.#port.port.ref();
  }

  unref(): void {
    if (this.#ended) return;
    this.#worker.unref();
    this.#port.port.unref();
  }
}

/**
 * Starts a thread whose script imports `request.entry`; with the program's flags, or with others.
 */
export function spawnThread(
  request: SpawnRequest,
  events: ChildEvents,
  flags?: readonly string[],
): Child {
  return new ThreadChild(request, events, flags);
}

/** The link of a child that is a thread. */
export class ThreadLink implements ParentLink {
  readonly #port: FramePort;
  /** The memory that this child shares with its parent, where it was given some. */
  readonly scratch: Scratch["handle"] | undefined;
  readonly first: ParentLink["first"];

  constructor() {
    const startup = workerData as Startup;
    this.#port = new FramePort(startup.port);
    this.scratch = startup.scratch;
    this.first = this.#port.unpack(startup.first);
    carryOutput((output) => this.#port.port.postMessage(output));
    adoptThreadNumbers(startup.threadNumbers);
    adoptThreadMemory(startup.memory);
  }

  post(frame: Frame): void {
    this.#port.post(frame);
  }

  onFrame(handler: (bytes: Uint8Array, attachments: readonly unknown[]) => void): void {
    this.#port.listen(handler);
  }

  get isDrained(): boolean {
    return true;
  }

  /** A message that was posted is in the other side's queue, whatever becomes of this thread. */
  drained(): Promise<void> {
    return Promise.resolve();
  }

  ref(): void {
    this.#port.port.ref();
  }

  unref(): void {
    this.#port.port.unref();
  }
}
