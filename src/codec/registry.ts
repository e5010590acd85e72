import { wrongArgument } from "../arguments.ts";
import type { Origin } from "./origin.ts";
import { noteModule } from "./schemes.ts";
import type { Shape } from "./shape.ts";

/**
 * What a value does when it travels beyond being described: a message may be sent, and come, or
 * not.
 *
 * @internal
 */
export interface Trip {
  /** The message is about to be sent, and `carrier` will have it until it is read. Followed by one of the others. */
  board?(carrier: object): void;
  /** The message is sent. */
  begin?(): void;
  /** The message is not sent after all, or was, and nobody will read it. */
  drop(): void;
}

/**
 * Who sees to it that what a message refers to is there until the message is read: who sends it, as it hears
 * when nobody will read it any more; what carries it, such as a queue, where it is read before it counts as
 * taken; or who will read it: the parent, or the child with a token (see `memory/members.ts`).
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
  onTrip(trip: Trip): void;
  /** Has the sender keep an object until nobody will read the message any more. */
  keep(object: object): void;
}

/**
 * A class of values that travels by a description of itself, such as a lock by where its word is.
 *
 * @internal
 */
export interface Kind {
  /** What both sides know the kind by. */
  readonly name: string;
  /** The module that registers it, where the other side may not have loaded that yet. */
  readonly module?: string;
  /** Whether it stands for something in this program's memory, where no other program is to point. */
  readonly isLocal?: boolean;
  /** Whether it is a function, which a manager's server may call for whoever has sent it. */
  readonly isFunction?: boolean;
  /** Whether reviving it does more than make an object: nothing of the kind is done for who has proven no key. */
  readonly needsProof?: boolean;
  /** What a description looks like: one that does not is refused, and `revive` gets none such. */
  readonly shape: Shape | ((description: unknown) => boolean);
  /**
   * Whether the other side is sure to revive this value; if the method is left out, all are. Of what
   * is not sure an error is sent without: the error itself always arrives.
   */
  isSure?(value: object): boolean;
  /** Whether a value is of this kind. It is not asked about ordinary objects and arrays. */
  matches(value: object): boolean;
  /**
   * Why a value cannot travel, as it is to follow the path to it (`is a lock of another context`), or nothing.
   * `channel` and `peer` are what the encoder was made for.
   */
  refuses?(value: object, channel: unknown, peer: unknown): string | undefined;
  /** What the other side needs: any value that can travel. */
  describe(value: object, departure: Departure): unknown;
  /**
   * The value that was described. May throw `ModuleNeeded`; it is then called again. `peer` and `origin`
   * are what the decoder was made for.
   */
  revive(description: unknown, peer: unknown, origin: Origin): object;
}

/** A class whose constructor is never called here, so that its parameters do not matter. */
// deno-lint-ignore no-explicit-any -- a constructor of `never[]` would refuse private and abstract ones.
export type AnyClass = abstract new (...args: any[]) => object;

/**
 * A class that was registered, and what both sides know it by.
 *
 * @internal
 */
export interface RegisteredClass {
  readonly url: string;
  readonly name: string;
  /** Its place among the classes of that name in that module. */
  readonly index: number;
  readonly cls: AnyClass;
  /** How it is found again, if it was not registered: see `exported_class.ts`. */
  readonly exported?: {
    readonly modules: readonly string[];
    readonly as?: string;
    readonly digest: number;
    readonly by: string;
  };
}

const kinds = new Map<string, Kind>();
/** The same kinds, in the order in which they are asked: a class that extends another comes later, and first. */
const kindList: Kind[] = [];
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
const byPrototype = new WeakMap<object, RegisteredClass>();
const byModule = new Map<string, RegisteredClass[]>();

/**
 * A value names something of a module that this side has not loaded: import `url` and read again.
 *
 * @internal
 */
export class ModuleNeeded extends Error {
  /** The module to import. */
  readonly url: string;
  /** Whether the value arrives, with less, also if the module cannot be imported. */
  readonly isGuess: boolean;

  /** Makes the error of a thing, such as `class Point`, that the module is to define. */
  constructor(url: string, what: string, isGuess: boolean = false) {
    super(`Cannot find ${what}, which ${url} is to define`);
    this.name = "ModuleNeeded";
    this.url = url;
    this.isGuess = isGuess;
  }
}

/**
 * Lets values of a kind travel. Both sides must have registered it.
 *
 * @internal
 */
export function registerKind(kind: Kind): void {
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
  registerKind({
    name,
    matches,
    refuses: () => instead === undefined ? reason : `${reason}: ${instead}`,
    ...neverSent,
  });
}

/**
 * Of a kind whose values are refused: who describes one all the same is no sender of ours.
 *
 * @internal
 */
export const neverSent: Pick<Kind, "shape" | "describe" | "revive"> = {
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
export function kindOf(value: object): Kind | undefined {
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
export function kindNamed(name: string): Kind | undefined {
  return kinds.get(name);
}

/**
 * Lets the instances of a class keep their class when they travel between children. Call it at the top level of the
 * module that declares the class, with that module's `import.meta`: a child that meets an instance imports the module,
 * and finds the class as the same registration.
 *
 * A class that is exported needs no registration where the other side can import its module. It does where that is
 * the main module and still runs: instances that a child makes arrive there as plain objects, with a warning. A
 * registration is also what other programs and classes that are not exported need.
 *
 * An instance arrives with the class' prototype and with its own enumerable properties (a class that extends `Map`,
 * `Set`, `Array`, `Date` or another built-in class with that part of it, too). The constructor is not called. Private
 * fields (`#name`) cannot be seen from outside the class, and so do not travel: a method that uses one throws a
 * `TypeError` on the instance that arrived. Accessors, methods and `instanceof` work.
 *
 * Registering a class again changes nothing.
 *
 * @example
 * ```ts
 * import { Pool, registerClass } from "@nproc/multiprocessing";
 *
 * export class Point {
 *   x: number;
 *   y: number;
 *   constructor(x: number, y: number) {
 *     this.x = x;
 *     this.y = y;
 *   }
 *   get length(): number {
 *     return Math.hypot(this.x, this.y);
 *   }
 * }
 * registerClass(import.meta, Point);
 *
 * export const mirror = (p: Point): Point => new Point(p.y, p.x);
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(1);
 *   console.log((await pool.apply(mirror, [new Point(3, 4)])).length); // 5
 * }
 * ```
 *
 * @param meta The `import.meta` of the module that declares the class. Where a bundler does not know that
 * by itself, `{ url: import.meta.url }` is as good.
 * @param cls The class; one that extends `Error` keeps its class when it is thrown.
 * @throws {TypeError} If `meta` has no `url`, or `cls` is not a class.
 */
export function registerClass(meta: Pick<ImportMeta, "url">, cls: AnyClass): void {
  if (typeof meta?.url !== "string") {
    throw wrongArgument(TypeError, "Cannot register a class as meta must be import.meta", meta);
  }
  const prototype: unknown = typeof cls === "function" ? cls.prototype : undefined;
  if (typeof prototype !== "object" || prototype === null || prototype === Object.prototype) {
    throw wrongArgument(TypeError, "Cannot register a class as cls must be a class", cls);
  }
  if (!byPrototype.has(prototype)) registerNamed(meta.url, cls.name, cls);
}

/**
 * Registers a class under a name.
 *
 * @internal
 */
export function registerNamed(url: string, name: string, cls: AnyClass): void {
  noteModule(url);
  const inModule = byModule.get(url) ?? [];
  byModule.set(url, inModule);
  const index = inModule.filter((other) => other.name === name).length;
  const registered = { url, name, index, cls };
  inModule.push(registered);
  byPrototype.set(cls.prototype as object, registered);
}

/**
 * The class whose instances have this prototype, if it was registered.
 *
 * @internal
 */
export function classOfPrototype(prototype: object): RegisteredClass | undefined {
  return byPrototype.get(prototype);
}

/**
 * The class that the other side calls so.
 *
 * @internal
 */
export function classAt(url: string, name: string, index: number): RegisteredClass {
  const found = byModule.get(url)?.find((known) => known.name === name && known.index === index);
  if (found === undefined) throw new ModuleNeeded(url, `class ${name || "(anonymous)"}`);
  return found;
}
