import type { WaitOptions } from "../../../wait/latch.ts";
import { defineProxy } from "../../protocol/target.ts";
import { BaseProxy, call, callPatiently } from "./base_proxy.ts";

/** A managed event: a flag that can be waited for. */
export class EventProxy extends BaseProxy {
  static {
    defineProxy("Event", (target) => new EventProxy(target));
  }

  /** Sets the flag: whoever waits goes on. */
  set(): Promise<void> {
    return call(this, "set");
  }

  /** Takes the flag back. */
  clear(): Promise<void> {
    return call(this, "clear");
  }

  /** Whether the flag is set. */
  isSet(): Promise<boolean> {
    return call(this, "isSet");
  }

  /**
   * Waits until the flag is set.
   *
   * @returns `true`, or `false` once `timeout` (milliseconds) is over.
   * @throws The signal's reason, if that is aborted first.
   */
  wait(options: WaitOptions = {}): Promise<boolean> {
    return callPatiently(this, "wait", [], options);
  }
}
