/**
 * Objects of the platform: the channel carries them, or some as bytes.
 *
 * @module
 * @internal
 */

import { isBrandPrototype } from "./brands.ts";
import { aName } from "./failure.ts";
import { SAME } from "./path.ts";
import type { Writer } from "./codec_context.ts";
import { writeKind } from "./extensions.ts";
import type { CodecExtension } from "./extension.ts";
import { isBlob, platformKind, travelsAsBytesAlways } from "./platform_kinds.ts";

/**
 * A class of the platform, such as `Blob` or `AbortSignal`, whose objects hold what no property
 * shows.
 */
export interface HostClass {
  readonly name: string;
  /** Whether `structuredClone` gives another of the class. */
  readonly cloneable: boolean;
}

/** By prototype; `null` for classes of the program, whose instances are ordinary objects. */
const known = new WeakMap<object, HostClass | null>();

/**
 * The platform class of an object without a brand, or nothing if it is an ordinary object.
 *
 * Some of these the runtimes clone to `{}` without a word (`AbortSignal` on Deno and Node), so a
 * class that is known to be the platform's is only trusted if another of the class comes out.
 */
export function hostClass(value: object, prototype: object | null): HostClass | undefined {
  if (prototype === null) return undefined;
  let host = known.get(prototype);
  if (host !== undefined) return host ?? undefined;
  const isGlobal = extendsGlobal(prototype);
  host = isGlobal || looksForeign(value) ? probe(value, isGlobal) : null;
  // A refusal may be due to what an object of the program holds, and another instance may hold
  // something else.
  if (host !== undefined && !refusesOnlySome(host)) known.set(prototype, host);
  return host ?? undefined;
}

/** Encodes an object of the platform. */
export function writeHost(writer: Writer, value: object, host: HostClass): void {
  const { name, cloneable } = host;
  const attaches = cloneable && writer.transfers.attaches && !travelsAsBytesAlways(name);
  if (attaches && (!isBlob(name) || canClone(value))) return writer.attach(value);
  const kind = platformKind(name);
  if (kind !== undefined) return writeAsBytes(writer, kind, value);
  throw writer.path.refuse(
    SAME,
    cloneable
      ? `is ${aName(name)}, which only the platform can copy and this channel carries bytes alone`
      : `is ${aName(name)}, which cannot be copied`,
  );
}

function writeAsBytes(writer: Writer, kind: CodecExtension, value: object): void {
  try {
    writeKind(writer, kind, value);
  } catch (error) {
    // The platform may know no form for one of its own objects: Deno for RSA-PSS keys.
    if (error instanceof DOMException || !(error instanceof Error)) throw error;
    const { name } = kind;
    throw writer.path.refuse(
      SAME,
      `is ${aName(name)} that cannot be sent as bytes (${error.message})`,
    );
  }
}

/**
 * Whether a refusal says nothing about the class: Node and Deno clone blobs, but none that a file
 * backs.
 */
const refusesOnlySome = (host: HostClass | null): boolean =>
  host !== null && !host.cloneable && isBlob(host.name);

function canClone(value: object): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether there is a global class in the chain of prototypes, by its tag (which may be
 * `WebAssembly.Module`).
 */
function extendsGlobal(prototype: object): boolean {
  for (let p: object | null = prototype; p !== null; p = Object.getPrototypeOf(p)) {
    if (!Object.hasOwn(p, Symbol.toStringTag) || isBrandPrototype(p)) continue;
    const name: unknown = Reflect.get(p, Symbol.toStringTag, p);
    if (typeof name === "string" && globalPrototype(name) === p) return true;
  }
  return false;
}

function globalPrototype(name: string): unknown {
  let holder: unknown = globalThis;
  for (const part of [...name.split("."), "prototype"]) {
    if ((typeof holder !== "object" && typeof holder !== "function") || holder === null) {
      return undefined;
    }
    holder = Reflect.get(holder, part);
  }
  return holder;
}

/**
 * Whether it has marks that a class of the program rarely has: a tag, or symbols that nobody else
 * can name.
 */
function looksForeign(value: object): boolean {
  for (let o: object | null = value; o !== null; o = Object.getPrototypeOf(o)) {
    if (o === Object.prototype) return false;
    if (Object.getOwnPropertySymbols(o).some((symbol) => isForeign(symbol))) return true;
  }
  return false;
}

const wellKnown: ReadonlySet<unknown> = new Set(
  Object.getOwnPropertyNames(Symbol).map((name) => Reflect.get(Symbol, name)),
);

function isForeign(symbol: symbol): boolean {
  if (symbol === Symbol.toStringTag) return true;
  return !wellKnown.has(symbol) && Symbol.keyFor(symbol) === undefined;
}

/**
 * Has the platform clone it. Nothing is learned where an object of the program is refused for what
 * it holds.
 */
function probe(value: object, isGlobal: boolean): HostClass | null | undefined {
  try {
    const clone: object = structuredClone(value);
    if (Object.getPrototypeOf(clone) !== Object.prototype) {
      return { name: className(value), cloneable: true };
    }
    return isGlobal ? { name: className(value), cloneable: false } : null;
  } catch {
    if (!isGlobal && Object.keys(value).length > 0) return undefined;
    return { name: className(value), cloneable: false };
  }
}

function className(value: object): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
