import type { WaitOptions } from "../../../wait/latch.ts";
import { defineProxy } from "../../protocol/target.ts";
import { BaseProxy, call, callPatiently } from "./base_proxy.ts";

/** A managed barrier: a place where a number of parties wait for each other. */
export class BarrierProxy extends BaseProxy {
  static {
    defineProxy("Barrier", (target) => new BarrierProxy(target));
  }

  /**
   * Waits until all parties have arrived.
   *
   * @returns Which arrival this was, from 0 to `parties - 1`.
   * @throws {BrokenBarrierError} If the barrier is broken, or is broken or reset meanwhile; also
   * once `timeout` (milliseconds) is over, which breaks it.
   * @throws The signal's reason, if that is aborted first, which breaks the barrier, too.
   */
  wait(options: WaitOptions = {}): Promise<number> {
    return callPatiently(this, "wait", [], options);
  }

  /** Makes the barrier usable and empty. Those who wait get a `BrokenBarrierError`. */
  reset(): Promise<void> {
    return call(this, "reset");
  }

  /** Breaks the barrier: those who wait, and those who come, get a `BrokenBarrierError`. */
  abort(): Promise<void> {
    return call(this, "abort");
  }

  /** How many must arrive. */
  get parties(): Promise<number> {
    return call(this, "parties");
  }

  /** How many wait at present. */
  get nWaiting(): Promise<number> {
    return call(this, "nWaiting");
  }

  /** Whether it is broken: nobody can wait until `reset` is called. */
  get broken(): Promise<boolean> {
    return call(this, "broken");
  }
}
