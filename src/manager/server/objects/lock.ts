/**
 * Managed locks. The owner is the client that has acquired it.
 *
 * @module
 * @internal
 */

import { type CallContext, CallerAware, type HeldObject, type Holder } from "../call_context.ts";
import { WaitQueue } from "../wait_queue.ts";
import { limitOf, type Patience } from "../../protocol/options.ts";

/** A lock that one client holds; `Lock` and `RLock` say who may acquire it again. */
export abstract class BaseLock extends CallerAware implements HeldObject {
  static override readonly hidden: readonly string[] = [
    "forget",
    "isHeldBy",
    "resume",
    "suspend",
  ];
  #owner: Holder | undefined;
  /** How often the owner has acquired it. */
  #depth = 0;
  #isAbandoned = false;
  /** Those who wait for it, and how often they will have acquired it. */
  readonly #waiting = new WaitQueue<true, number>();

  /** Whether a client that holds it may acquire it once more. */
  protected abstract get isReentrant(): boolean;
  /** What an error calls it. */
  protected abstract get kind(): string;

  acquire(caller: CallContext, options?: Patience): boolean | Promise<boolean> {
    if (this.#owner === undefined || (this.isReentrant && this.#owner === caller.client)) {
      this.#own(caller.client, 1);
      return true;
    }
    return this.#wait(caller, limitOf(options));
  }

  async #wait(caller: CallContext, limit: number | undefined): Promise<boolean> {
    return await this.#waiting.wait(caller, limit, 1) ?? false;
  }

  tryAcquire(caller: CallContext): boolean | Promise<boolean> {
    return this.acquire(caller, { block: false });
  }

  release(caller: CallContext): void {
    if (this.#owner === undefined) {
      throw new Error(`Cannot release the ${this.kind} as nobody holds it`);
    }
    if (this.isReentrant && this.#owner !== caller.client) {
      throw new Error(`Cannot release the ${this.kind} as another client holds it`);
    }
    if (--this.#depth > 0) return;
    this.#isAbandoned = false;
    this.#pass();
  }

  abandoned(_caller: CallContext): boolean {
    return this.#isAbandoned;
  }

  /** Whether a client holds it. */
  isHeldBy(client: Holder): boolean {
    return this.#owner === client;
  }

  /** Lets go what a client holds, however often; how often that was. */
  suspend(): number {
    const depth = this.#depth;
    this.#isAbandoned = false;
    this.#pass();
    return depth;
  }

  /** Holds it again for a client, as often as before. */
  async resume(caller: CallContext, depth: number): Promise<void> {
    if (caller.client.isGone) return;
    if (this.#owner === undefined) this.#own(caller.client, depth);
    else await this.#waiting.wait(caller, undefined, depth);
  }

  forget(holder: Holder): void {
    if (this.#owner !== holder) return;
    this.#isAbandoned = true;
    this.#pass();
  }

  #own(client: Holder, depth: number): void {
    this.#owner = client;
    this.#depth += depth;
    client.held.add(this);
  }

  /** Gives it to whoever has waited longest: it is theirs from this moment on. */
  #pass(): void {
    this.#owner?.held.delete(this);
    this.#owner = undefined;
    this.#depth = 0;
    for (;;) {
      const next = this.#waiting.give(true);
      if (next === undefined) return;
      // Who resumes waits on although its client is gone.
      if (!next.caller.client.isGone) return this.#own(next.caller.client, next.brought);
    }
  }
}

/** A lock that any client may release. */
export class ServedLock extends BaseLock {
  protected override get isReentrant(): boolean {
    return false;
  }

  protected override get kind(): string {
    return "lock";
  }
}

/** A lock that the client which holds it may acquire again. */
export class ServedRLock extends BaseLock {
  protected override get isReentrant(): boolean {
    return true;
  }

  protected override get kind(): string {
    return "RLock";
  }
}
