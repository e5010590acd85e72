import { checkFunction, wrongArgument } from "../arguments.ts";
import { noteModule } from "./schemes.ts";
import { hasSourceText, isBundlers, type SourceText, sourceTextIn } from "./source_text.ts";

/** Any function. */
export type Callable = (...args: never[]) => unknown;

/**
 * Where a task was declared: the module, and its place among the module's tasks.
 *
 * @internal
 */
export interface TaskAddress extends SourceText {
  readonly url: string;
  readonly index: number;
  readonly name: string;
}

const tasksOf = new Map<string, Callable[]>();
const addresses = new WeakMap<Callable, TaskAddress>();

/**
 * Declares a function that children can be given, exported or not. Call it at the top level of a
 * module, with that module's `import.meta`: a child imports the module and finds the function as
 * the same declaration, so it may use whatever the module defines.
 *
 * A CommonJS module has no `import.meta`: there it is
 * `task({ url: pathToFileURL(__filename).href }, fn)`, with `pathToFileURL` of `node:url`.
 *
 * @example
 * ```ts
 * import { Pool, task } from "@nproc/multiprocessing";
 *
 * const factor = 3;
 * const triple = task(import.meta, (x: number) => x * factor);
 *
 * if (import.meta.main) {
 *   await using pool = new Pool(2);
 *   console.log(await pool.map(triple, [1, 2])); // [ 3, 6 ]
 * }
 * ```
 *
 * @param meta The `import.meta` of the module that declares the function. Where a bundler does not
 * know that by itself, `{ url: import.meta.url }` is as good.
 * @param fn The function.
 * @returns The same function, typed as it was.
 * @throws {TypeError} If `meta` has no `url`, or `fn` is not a function.
 */
export function task<F extends Callable>(meta: Pick<ImportMeta, "url">, fn: F): F {
  if (typeof meta?.url !== "string") {
    throw wrongArgument(TypeError, "Cannot declare a task as meta must be import.meta", meta);
  }
  checkFunction("declare a task", "fn", fn);
  if (addresses.has(fn)) return fn;
  noteModule(meta.url);
  const tasks = tasksOf.get(meta.url) ?? [];
  tasksOf.set(meta.url, tasks);
  const index = tasks.push(fn) - 1;
  addresses.set(fn, { url: meta.url, index, name: fn.name, ...sourceTextIn(meta.url, fn) });
  return fn;
}

/**
 * Where this function was declared by `task()`, if it was.
 *
 * @internal
 */
export function taskAddress(fn: Callable): TaskAddress | undefined {
  return addresses.get(fn);
}

/**
 * The task at an address, in this thread; `undefined` while its module is not loaded. A module that
 * declares other tasks here than there (a condition around `task()`) is searched by their text,
 * unless a bundler has changed that: then the place alone tells.
 *
 * @internal
 */
export function taskAt(address: TaskAddress): Callable | undefined {
  const { url, index, name } = address;
  const tasks = tasksOf.get(url) ?? [];
  const matches = (fn: Callable | undefined): fn is Callable =>
    fn !== undefined && fn.name === name && hasSourceText(fn, address);
  const there = tasks[index];
  if (there !== undefined && [address, addresses.get(there)!].some(isBundlers)) return there;
  return matches(tasks[index]) ? tasks[index] : tasks.find(matches);
}
