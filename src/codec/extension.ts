import type { Origin } from "../code/origin.ts";
import type { Shape } from "./shape.ts";

/**
 * What a value does when it travels beyond being described: a message may be sent, and come, or
 * not.
 *
 * @internal
 */
export interface DeliveryHooks {
  /**
   * The message is about to be sent, and `carrier` will have it until it is read. Followed by one
   * of the others.
   */
  departing?(carrier: object): void;
  /** The message is sent. */
  sent?(): void;
  /** The message is not sent after all, or was, and nobody will read it. */
  dropped(): void;
}

/**
 * Who sees to it that what a message refers to is there until the message is read: who sends it, as
 * it hears when nobody will read it any more; what carries it, such as a queue, where it is read
 * before it counts as taken; or who will read it: the parent, or the child with a member id (see
 * `memory/members.ts`).
 *
 * @internal
 */
export type HeldBy = "sender" | "carrier" | "parent" | { readonly reader: number };

/**
 * The message that a value leaves with.
 *
 * @internal
 */
export interface Departure {
  /** What the encoder was made for, as `refuses` is told. */
  readonly channel: unknown;
  readonly peer: unknown;
  readonly heldBy: HeldBy;
  /** Says what else is to be done when the message is sent, or is not. */
  onDelivery(hooks: DeliveryHooks): void;
  /** Has the sender keep an object until nobody will read the message any more. */
  keep(object: object): void;
}

/**
 * A class of values that travels by a description of itself, such as a lock by where its word is.
 *
 * @internal
 */
export interface CodecExtension {
  /** What both sides know the kind by. */
  readonly name: string;
  /** The module that registers it, where the other side may not have loaded that yet. */
  readonly module?: string;
  /**
   * Whether it stands for something in this program's memory, where no other program is to point.
   */
  readonly isLocal?: boolean;
  /** Whether it is a function, which a manager's server may call for whoever has sent it. */
  readonly isFunction?: boolean;
  /**
   * Whether reviving it does more than make an object: nothing of the kind is done for who has
   * proven no key.
   */
  readonly needsProof?: boolean;
  /** What a description looks like: one that does not is refused, and `revive` gets none such. */
  readonly shape: Shape | ((description: unknown) => boolean);
  /**
   * Whether the other side is sure to revive this value; if the method is left out, all are. Of
   * what is not sure an error is sent without: the error itself always arrives.
   */
  isSure?(value: object): boolean;
  /** Whether a value is of this kind. It is not asked about ordinary objects and arrays. */
  matches(value: object): boolean;
  /**
   * Why a value cannot travel, as it is to follow the path to it (`is a lock of another context`),
   * or nothing. `channel` and `peer` are what the encoder was made for.
   */
  refuses?(value: object, channel: unknown, peer: unknown): string | undefined;
  /** What the other side needs: any value that can travel. */
  describe(value: object, departure: Departure): unknown;
  /**
   * The value that was described. May throw `ModuleNeeded`; it is then called again. `peer` and
   * `origin` are what the decoder was made for.
   */
  revive(description: unknown, peer: unknown, origin: Origin): object;
}

const kinds = new Map<string, CodecExtension>();
/**
 * The same kinds, in the order in which they are asked: a class that extends another comes later,
 * and first.
 */
const kindList: CodecExtension[] = [];
/** What has one of these prototypes is of no kind, and no kind is asked. */
const builtIn: ReadonlySet<object> = new Set(
  [
    ...[Map, Set, Date, RegExp, ArrayBuffer, SharedArrayBuffer, DataView],
    ...[Uint8Array, Uint8ClampedArray, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array],
    ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
    ...[Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError],
    ...[AggregateError, DOMException],
  ].map((cls): object => cls.prototype),
);
/**
 * Lets values of a kind travel. Both sides must have registered it.
 *
 * @internal
 */
export function registerExtension(kind: CodecExtension): void {
  if (kinds.has(kind.name)) {
    throw new Error(`Cannot register the kind ${kind.name} as there is one of that name`);
  }
  kinds.set(kind.name, kind);
  kindList.unshift(kind);
}

/**
 * Refuses values of a class everywhere: what they stand for stays where it was made. `instead` says
 * what can be sent.
 *
 * @internal
 */
export function refuseToSend(
  name: string,
  matches: (value: object) => boolean,
  instead?: string,
): void {
  const article = /^[AEIO]/.test(name) ? "an" : "a";
  const reason = `is ${article} ${name}, which stays where it was made`;
  registerExtension({
    name,
    matches,
    refuses: () => instead === undefined ? reason : `${reason}: ${instead}`,
    ...neverSent,
  });
}

/**
 * Of an extension whose values are refused: who describes one all the same is no sender of ours.
 *
 * @internal
 */
export const neverSent: Pick<CodecExtension, "shape" | "describe" | "revive"> = {
  shape: () => false,
  // It never comes so far.
  describe: () => undefined,
  revive: () => ({}),
};

/**
 * The kind that this value is of.
 *
 * @internal
 */
export function extensionOf(value: object): CodecExtension | undefined {
  if (builtIn.has(Object.getPrototypeOf(value))) return undefined;
  for (let i = 0; i < kindList.length; i++) {
    if (kindList[i]!.matches(value)) return kindList[i];
  }
  return undefined;
}

/**
 * The kind of that name.
 *
 * @internal
 */
export function extensionNamed(name: string): CodecExtension | undefined {
  return kinds.get(name);
}
