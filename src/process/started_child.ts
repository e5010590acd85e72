/**
 * The parent's view of a child, from its start to its end. `Process` and `Pool` both hold one.
 *
 * @module
 * @internal
 */

import { checkOptions } from "../arguments.ts";
import type { Origin } from "../code/origin.ts";
import { Decoder } from "../codec/decoder.ts";
import { DecodeFailure } from "../codec/failure.ts";
import { readLoading } from "../codec/read_loading.ts";
import { arenaOf, markTerminating, noteDeath } from "../memory/arena.ts";
import { unclaimedExitCode } from "../runtime/boot.ts";
import { capabilities } from "../runtime/capabilities.ts";
import { runtime } from "../runtime/current.ts";
import { isRestricted } from "../runtime/permissions.ts";
import { endShellOf } from "../runtime/resource_tracker.ts";
import type { Child, Signal, SpawnRequest } from "../runtime/runtime.ts";
import { writeError } from "../runtime/standard_error.ts";
import { freeThreadId, newStamp } from "../runtime/thread_id.ts";
import { whenWritten } from "../runtime/thread_output.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { inBackground } from "../runtime/timers.ts";
import { router } from "./frame_router.ts";
import "./routes.ts";
import { describeCrash } from "./crash.ts";
import { countdown, Latch, type WaitOptions } from "../wait/latch.ts";
import { encoderFor, frameKind } from "./messages.ts";
import { checkMayStart, noRole } from "./start_checks.ts";
import { spawnRequest, type StartRequest } from "./start_request.ts";
import { type PostedFrame, SentFrames } from "./sent_frames.ts";

/** What the holder of a child hears of it. */
export interface StartedChildEvents {
  /** The child can be spoken to. `clock` is its own time, in milliseconds, when it said so. */
  ready?(clock: number): void;
  /** A frame that is not of the child's life as such. */
  frame?(kind: number, body: Decoder): void | Promise<void>;
  /** The child has ended; `exitCode` tells how. Comes once, after its last frame. */
  ended(): void;
}

/** A frame of a kind that nobody here hears. */
export const unknownFrame = (kind: number): DecodeFailure =>
  new DecodeFailure(`it is of an unknown kind (${kind})`);

/** How long a child may take to say that a task handles SIGTERM, in milliseconds. */
const answerTime = 50;

/** A child that was started. */
export class StartedChild {
  readonly name: string;
  readonly daemon: boolean;
  readonly method: StartMethod;
  /** As whose what it says is decoded. */
  readonly origin: Origin;
  /** Opens when the child has ended. */
  readonly ended: Latch = new Latch();
  /** The uncaught error that ended the child, if one did and could be told. */
  crash: { readonly error: unknown } | undefined;
  /**
   * Why it never became a child, where what its script imported did not make it one: nor will it
   * the next.
   */
  noRole: string | undefined;
  #exitCode: number | null = null;
  #ready = false;
  #isKept = true;
  /** How many wait for the end. */
  #joins = 0;
  readonly #sent = new SentFrames();
  /** A signal that was sent before the child could be ended. */
  #earlySignal: Signal | undefined;
  readonly #outlivesStopSignals: boolean;
  /** Whether one of its tasks handles SIGTERM. */
  #handlesTermination = false;
  /** Whether it was told to end as if by SIGTERM, which it ignores. */
  #isTerminated = false;
  /** What tells it from others that had its id: see `memory/members.ts`. */
  readonly #stamp = newStamp();
  readonly #entry: string;
  readonly #child: Child;
  readonly #events: StartedChildEvents;

  constructor(request: StartRequest, events: StartedChildEvents) {
    checkMayStart(request);
    this.name = request.name;
    this.daemon = request.daemon;
    this.method = request.method;
    this.#outlivesStopSignals = request.outlivesStopSignals ?? false;
    this.#entry = request.entry;
    this.origin = isRestricted(request.permissions) ? "restricted" : "program";
    this.#events = events;
    const packed = this.#sent.pack(request);
    try {
      this.#child = this.#spawn({ ...spawnRequest(request, this.#stamp), ...packed });
    } catch (error) {
      this.#sent.drop();
      throw error;
    }
  }

  #spawn(request: SpawnRequest): Child {
    const spawn = this.method === "worker" ? runtime.spawnWorker : runtime.spawnProcess;
    try {
      return spawn(request, {
        frame: (bytes, attachments) => this.#receive(bytes, attachments),
        error: (error) => this.#reportCrash(error),
        exit: (code) => this.#end(code),
      });
    } catch (error) {
      const { thread } = request.boot;
      if (thread !== undefined) freeThreadId(thread.pid);
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** `null` while the child lives. */
  get exitCode(): number | null {
    return this.#exitCode;
  }

  get isAlive(): boolean {
    return this.#exitCode === null;
  }

  /** Its member id, as long as it lives: see `memory/members.ts`. */
  get memberId(): number {
    return arenaOf(this.method).members.enter(this.pid, this.#stamp);
  }

  /** Whether it can be spoken to. */
  get isReady(): boolean {
    return this.#ready && this.isAlive;
  }

  /** Sends a frame, as soon as the child can be spoken to. */
  post(frame: PostedFrame): void {
    this.#sent.keepFor(frame);
    if (this.#ready) this.#child.post(frame);
    else this.#sent.add(frame);
  }

  /** Ends the child. */
  kill(signal: Signal): void {
    if (!this.isAlive) return;
    markTerminating(this.method, this.pid);
    if (this.#ready || this.method === "process" || !capabilities.mayCrashEndingEarly) {
      this.#child.kill(signal);
    } else this.#earlySignal ??= signal;
    const isIgnored = this.#outlivesStopSignals && this.method === "process";
    if (signal === "SIGTERM" && isIgnored) this.#terminate();
  }

  /**
   * Ends a child that ignores SIGTERM as that would have done. It knows whether one of its tasks
   * handles the signal, and ends by itself if none does. A busy child hears nothing and handles
   * nothing: it is killed after a moment.
   */
  #terminate(): void {
    if (this.#isTerminated) return;
    this.#isTerminated = true;
    const encoder = encoderFor(this.method);
    encoder.writeUint(frameKind.terminate);
    this.post(encoder.take());
    const cancel = inBackground(answerTime, () => {
      if (!this.#handlesTermination) this.#child.kill("SIGKILL");
    });
    this.ended.onOpen(cancel);
  }

  /** Whether the child keeps this program alive, also where nobody waits for its end. */
  keepAlive(whether: boolean): void {
    this.#isKept = whether;
    this.#refer();
  }

  /** Whether it does. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /**
   * Waits for the end, as `Latch.wait` does, and for what a thread has printed. The child keeps
   * this program alive meanwhile.
   */
  async join(options: WaitOptions = {}): Promise<boolean> {
    this.#joins++;
    this.#refer();
    try {
      checkOptions("wait", options);
      const timeLeft = countdown(options.timeout);
      const hasEnded = await this.ended.wait(options);
      if (hasEnded && this.method === "worker") {
        await written().wait({ ...options, timeout: timeLeft() });
      }
      return hasEnded;
    } finally {
      this.#joins--;
      this.#refer();
    }
  }

  #refer(): void {
    if (this.#isKept || this.#joins > 0) this.#child.ref();
    else this.#child.unref();
  }

  #receive(bytes: Uint8Array, attachments: readonly unknown[]): void {
    try {
      const body = new Decoder(bytes, attachments, this.origin);
      this.#hear(body.readUint(), body);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #hear(kind: number, body: Decoder): void {
    if (kind === frameKind.ready) this.#becomeReady(body.read());
    else if (kind === frameKind.crashed) void this.#noteCrash(body);
    else if (kind === frameKind.handlesSignal) {
      if (body.read() === "SIGTERM") this.#handlesTermination = true;
    } else if (this.#hearsOfMemory(kind, body)) return;
    else if (this.#events.frame === undefined) throw unknownFrame(kind);
    else void this.#events.frame(kind, body)?.catch((error) => this.#refuse(error));
  }

  /**
   * Takes a frame about memory that is shared: one that shares none has nothing to say of it, and
   * is not believed.
   */
  #hearsOfMemory(kind: number, body: Decoder): boolean {
    if (this.origin !== "program") return false;
    return router.route(this, kind, body);
  }

  /**
   * A frame that cannot be read is no reason for this program to end, but for the child that sent
   * it: what it says from here on cannot be believed.
   */
  #refuse(error: unknown): void {
    if (!(error instanceof DecodeFailure)) throw error;
    if (!this.isAlive) return;
    this.#reportCrash(
      new Error(`${this.name} (pid ${this.pid}) was ended as what it sent cannot be read`, {
        cause: error,
      }),
    );
    this.#child.kill("SIGKILL");
  }

  #becomeReady(clock: unknown): void {
    if (this.#ready || typeof clock !== "number") throw new DecodeFailure("it is no first word");
    this.#ready = true;
    this.#sent.closeFirstFile();
    if (this.#earlySignal !== undefined) return this.#child.kill(this.#earlySignal);
    for (const frame of this.#sent.takeWaiting()) this.#child.post(frame);
    this.#events.ready?.(clock);
  }

  async #noteCrash(body: Decoder): Promise<void> {
    try {
      const error = readLoading(body);
      // Synchronously where it can be: the end may be the next thing that is heard.
      this.crash = { error: error instanceof Promise ? await error : error };
    } catch (error) {
      // Its class is in a module that cannot be had here, or no error can be read at all.
      this.crash = { error };
    }
  }

  /** Prints what the child could not, as it would have. */
  #reportCrash(error: unknown): void {
    if (this.crash !== undefined) return;
    this.crash = { error };
    writeError(describeCrash(this.name, error));
  }

  #end(code: number): void {
    if (!this.isAlive) return;
    if (code === unclaimedExitCode && !this.#ready) return this.#endWithoutRole();
    this.#exitCode = code === -9 && this.#isTerminated ? -15 : code;
    noteDeath(this.method, this.pid, this.#stamp);
    if (this.method === "worker") freeThreadId(this.pid).forEach(endShellOf);
    router.noteLinkEnd(this);
    this.#sent.drop();
    this.#events.ended();
    this.ended.open();
  }

  #endWithoutRole(): void {
    this.noRole = noRole(this.name, this.#entry);
    this.#reportCrash(new Error(this.noRole));
    this.#end(1);
  }
}

/** Opens when what threads have printed is written. */
export function written(): Latch {
  const latch = new Latch();
  whenWritten(() => latch.open());
  return latch;
}
