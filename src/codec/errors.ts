/**
 * Errors, which keep more than structured clone leaves them.
 *
 * @module
 * @internal
 */

import type { Brand } from "./brands.ts";
import { isLost, readClass, writeClass } from "./class_names.ts";
import { exportedClass } from "../code/exported_class.ts";
import { withStackLimit } from "../runtime/stack.ts";
import { DecodeFailure } from "./failure.ts";
import { define, type Properties, readPairs, setProperty } from "./objects.ts";
import { type AnyClass, classOfPrototype, type RegisteredClass } from "../code/registered_class.ts";
import * as tag from "./tags.ts";
import type { Reader, Writer } from "./codec_context.ts";

/** The classes that errors are of in the end; the place of each is its number in a message. */
const bases: readonly AnyClass[] = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
  DOMException,
  SuppressedError,
  ...["CompileError", "LinkError", "RuntimeError"].map((name): AnyClass =>
    Reflect.get(Reflect.get(globalThis, "WebAssembly"), name)
  ),
];
const AGGREGATE = bases.indexOf(AggregateError);
const SUPPRESSED = bases.indexOf(SuppressedError);
const EXCEPTION = bases.indexOf(DOMException);
const baseOf: ReadonlyMap<object, number> = new Map(bases.map((cls, i) => [cls.prototype, i]));

// What is written before the properties, as bits.
const REGISTERED = 1;
const NAME = 2;
const MESSAGE = 4;
const STACK = 8;

/**
 * Of a longer chain of causes the end is left out: many calls are under way for each of its errors.
 */
const MAX_CHAIN = 100;

/** Written before the properties. */
const ahead: ReadonlySet<string> = new Set(["message", "stack"]);
/** Properties that are the language's own where they cannot be enumerated. */
const hidden = ["cause", "errors", "error", "suppressed"];

/** What an error is, and the texts that every error has. */
interface Head {
  readonly base: number;
  readonly registered: RegisteredClass | undefined;
  /** The name, unless its class gives it. */
  readonly name: string | undefined;
  readonly message: string | undefined;
  readonly stack: string | undefined;
}

/**
 * Encodes an error. What cannot travel of its extras is left out: the error itself always arrives.
 */
export function writeError(writer: Writer, error: Error, brand: Brand): void {
  const { out } = writer;
  const head = headOf(error, brand);
  const texts = [head.name, head.message, head.stack];
  let bits = head.registered === undefined ? 0 : REGISTERED;
  texts.forEach((text, i) => bits |= text === undefined ? 0 : NAME << i);
  out.byte(tag.ERROR);
  out.byte(head.base);
  out.byte(bits);
  if (head.registered !== undefined) writeClass(writer, head.registered);
  for (const text of texts) if (text !== undefined) out.string(text);
  const ends = writer.errors >= MAX_CHAIN;
  writer.errors++;
  const own = ends ? [] : hidden.filter((key) => isHidden(error, key));
  for (const key of own) writeExtra(writer, error, key);
  out.byte(tag.END);
  const visible = ends ? [] : Object.keys(error).filter((key) => !ahead.has(key));
  for (const key of visible) writeExtra(writer, error, key);
  out.byte(tag.END);
  writer.errors--;
}

/** Decodes an error. */
export function readError(reader: Reader): Error {
  const { input } = reader;
  const base = input.byte();
  const bits = input.byte();
  const registered = bits & REGISTERED ? readClass(reader, false) : undefined;
  const cls = registered === undefined || isLost(registered) ? bases[base] : registered.cls;
  if (cls === undefined) throw new DecodeFailure("it holds an error of an unknown class");
  const [name, message, stack] = [NAME, MESSAGE, STACK].map((bit) =>
    bits & bit ? input.string() : undefined
  );
  const error = reader.add(construct(reader, base, cls, name, message));
  define(error, "stack", stack ?? headline(reader, error, name, message), false);
  readPairs(reader, (key, value) => define(error, key, value, false));
  readPairs(reader, (key, value) => {
    if (reader.isForeign) define(error, key, value, true);
    else setProperty(error, key, value);
  });
  return error;
}

/** The first line of a stack. For another program nothing of the error's class is called. */
function headline(
  { isForeign }: Reader,
  error: Error,
  name: string | undefined,
  message: string | undefined,
): string {
  if (!isForeign) return String(error);
  return [name ?? "Error", message].filter((text) => text !== undefined && text !== "").join(": ");
}

function headOf(error: Error, brand: Brand): Head {
  const { base, registered } = ancestry(error, brand);
  // A class that nobody registered may be lost on the way.
  const natural = registered === undefined || registered.exported !== undefined
    ? bases[base]!
    : registered.cls;
  const name = textOf(error, "name");
  const message = textOf(error, "message");
  const given = brand !== "DOMException" && textOf(natural.prototype as Error, "name") === name;
  const inherited = !Object.hasOwn(error, "message") &&
    textOf(natural.prototype as Error, "message") === message;
  return {
    base,
    registered,
    name: given || Object.keys(error).includes("name") ? undefined : name,
    message: inherited && brand !== "DOMException" ? undefined : message,
    stack: textOf(error, "stack"),
  };
}

/**
 * The built-in class an error descends from, and the registered class that is nearest before it.
 */
function ancestry(
  error: Error,
  brand: Brand,
): { base: number; registered: RegisteredClass | undefined } {
  let registered: RegisteredClass | undefined;
  for (let p: object | null = error; p !== null; p = Object.getPrototypeOf(p)) {
    const base = baseOf.get(p);
    registered ??= classOfPrototype(p) ??
      (base === undefined && p !== error ? exportedClass(p, false) : undefined);
    if (base !== undefined) return { base, registered };
  }
  return { base: brand === "DOMException" ? EXCEPTION : 0, registered };
}

/** A text of an error, which a getter or an odd value may not give. */
function textOf(error: Error, key: "name" | "message" | "stack"): string | undefined {
  try {
    const text: unknown = error[key];
    return text === undefined ? undefined : String(text);
  } catch {
    // It is left out, like all that cannot travel of an error.
    return undefined;
  }
}

function isHidden(error: Error, key: string): boolean {
  return Object.getOwnPropertyDescriptor(error, key)?.enumerable === false;
}

function writeExtra(writer: Writer, error: Error, key: string): void {
  if (tryPair(writer, error, key) || key !== "errors") return;
  const errors: unknown = (error as unknown as Properties)[key];
  if (!Array.isArray(errors)) return;
  // Of several errors those that can travel do.
  const kept = errors.map((item: unknown) =>
    tryPair(writer, { item }, "item", true) ? item : undefined
  );
  tryPair(writer, { errors: kept }, key);
}

/** Encodes a property, or leaves no trace of it: it may be a function, or a getter that throws. */
function tryPair(writer: Writer, object: object, key: string, onlyTry = false): boolean {
  const mark = writer.mark();
  try {
    writer.out.string(key);
    writer.value((object as Properties)[key], key);
    if (onlyTry) writer.rollback(mark);
    return true;
  } catch {
    // Whatever the reason, the error is worth more than its extra.
    writer.rollback(mark);
    return false;
  }
}

/**
 * An error object of a class whose constructor is not called, and without the cost of a stack
 * trace.
 */
function construct(
  { isForeign }: Reader,
  base: number,
  cls: AnyClass,
  name: string | undefined,
  message: string | undefined,
): Error {
  const builtin = bases[base];
  if (builtin === undefined) throw new DecodeFailure("it holds an error of an unknown class");
  const args: unknown[] = message === undefined ? [] : [message];
  if (base === AGGREGATE) args.unshift([]);
  if (base === SUPPRESSED) args.unshift(undefined, undefined);
  if (base === EXCEPTION) args[1] = name;
  const error: Error = withStackLimit(0, () => Reflect.construct(builtin, args, cls));
  if (name === undefined || base === EXCEPTION) return error;
  // To ask the error for its name may call what its class has in place of that.
  if (isForeign || textOf(error, "name") !== name) {
    define(error, "name", name, false);
  }
  return error;
}
