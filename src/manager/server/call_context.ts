/**
 * Who calls a managed object's method.
 *
 * @module
 * @internal
 */

/** A client, as the objects of a server see it: it may hold some of them. */
export interface Holder {
  /** What is to be told when the client is gone. */
  readonly held: Set<HeldObject>;
  readonly isGone: boolean;
}

/** An object that a client holds, such as a lock. */
export interface HeldObject {
  /** The client is gone. */
  forget(holder: Holder): void;
}

/** One call of a method. */
export class CallContext {
  readonly client: Holder;
  /** Why the call was given up, if it was: its client has cancelled it, or is gone. */
  givenUp: { readonly reason: unknown } | undefined;
  /** Called when it is; whoever waits for it sets this. */
  onGivenUp: ((reason: unknown) => void) | undefined;

  /** Takes back what the call has done; called if its client ends before it hears of that. */
  undo: (() => void) | undefined;

  constructor(client: Holder) {
    this.client = client;
  }

  /** The same client, for what must be done although the call was given up. */
  withoutEnd(): CallContext {
    return new CallContext(this.client);
  }

  /** Gives the call up: what waits for it ends with that reason. */
  giveUp(reason: unknown): void {
    if (this.givenUp !== undefined) return;
    this.givenUp = { reason };
    this.onGivenUp?.(reason);
  }
}

/** An object whose methods are told who calls them: their first parameter is the caller. */
export abstract class CallerAware {
  /** The names of those methods that are for the server alone. */
  static readonly hidden: readonly string[] = ["forget"];
}
