import { wrongArgument } from "../arguments.ts";
import { bootNote } from "./boot.ts";
import { environmentVariable, runtime } from "./current.ts";
import type { StartMethod } from "./start_method.ts";

const methods: readonly StartMethod[] = ["worker", "process"];

let fixed: StartMethod | undefined;

/**
 * Checks what a caller, or the environment, gave as a start method.
 *
 * @internal
 */
export function checkMethod(method: unknown, what: string): asserts method is StartMethod {
  if (methods.includes(method as StartMethod)) return;
  throw wrongArgument(TypeError, `${what} must be "worker" or "process"`, method);
}

function initialMethod(): StartMethod {
  // What a child makes is then for its parent and its siblings, too.
  const note = bootNote();
  if (note !== undefined) return note.method;
  const wanted = environmentVariable("MULTIPROCESSING_START_METHOD");
  if (wanted === undefined || wanted === "") return runtime.defaultMethod;
  checkMethod(wanted, "The environment variable MULTIPROCESSING_START_METHOD");
  return wanted;
}

/**
 * The ways in which this runtime can start a child, its default first.
 *
 * @example
 * ```ts
 * import { getAllStartMethods } from "@nproc/multiprocessing";
 *
 * console.log(getAllStartMethods()); // [ "worker", "process" ] on Deno
 * ```
 */
export function getAllStartMethods(): StartMethod[] {
  return [runtime.defaultMethod, ...methods.filter((method) => method !== runtime.defaultMethod)];
}

/**
 * The way in which children are started that say nothing else: what `setStartMethod` or the
 * environment variable `MULTIPROCESSING_START_METHOD` said, or the runtime's default; in a child,
 * the way in which it was started. As in CPython, asking fixes it.
 *
 * @throws {TypeError} If the environment variable names no start method.
 */
export function getStartMethod(): StartMethod {
  return fixed ??= initialMethod();
}

/**
 * Fixes the way in which children are started from here on. Call it once, before first use.
 *
 * @param method `"worker"` or `"process"`.
 * @param options `force` changes it even when it is fixed already.
 * @throws {TypeError} If `method` is neither; what was in force stays.
 * @throws {Error} If it is fixed already and `force` is not given.
 */
export function setStartMethod(method: StartMethod, options: { force?: boolean } = {}): void {
  checkMethod(method, "Cannot set the start method as it");
  if (fixed !== undefined && options.force !== true) {
    throw new Error(`Cannot set the start method as it is fixed already: it is "${fixed}"`);
  }
  fixed = method;
}

const bound = new WeakMap<object, StartMethod>();

/**
 * Binds a class, and those that extend it, to a start method.
 *
 * @internal
 */
export function bindStartMethod(cls: object, method: StartMethod): void {
  checkMethod(method, "The start method of a context");
  bound.set(cls, method);
}

/**
 * Whether a class is bound by itself, and not as one that extends such a class.
 *
 * @internal
 */
export const isBound = (cls: object): boolean => bound.has(cls);

/**
 * The start method of a class: the one that it, or a class that it extends, is bound to.
 *
 * @internal
 */
export function startMethodOf(cls: object): StartMethod {
  for (let each: object | null = cls; each !== null; each = Object.getPrototypeOf(each)) {
    const method = bound.get(each);
    if (method !== undefined) return method;
  }
  return getStartMethod();
}
