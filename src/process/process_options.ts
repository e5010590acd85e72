import {
  checkArray,
  checkBoolean,
  checkFunction,
  checkObject,
  checkOptions,
  checkString,
  wrongArgument,
} from "../arguments.ts";
import type { Permissions } from "../runtime/runtime.ts";

/**
 * The arguments of a process' target: all, or without the last ones that are optional or come as
 * `kwargs`.
 */
export type ProcessArguments<A extends readonly unknown[]> = [A] extends [never]
  ? readonly unknown[]
  // Of a target that takes anything, as `never` says it, nothing is known.
  : [A] extends [readonly never[]]
    ? (number extends A["length"] ? readonly unknown[] : { readonly [I in keyof A]: unknown })
  : Readonly<A> | (A extends readonly [...infer Head, unknown] ? Readonly<Head> : readonly []);

/** What a process' target takes last, which is what `kwargs` may be. */
export type ProcessKwargs<A extends readonly unknown[]> = [A] extends [never] ? object
  : Required<A> extends readonly [...unknown[], infer Last] ? Last & object
  : object;

/** What a process is to be. */
export interface ProcessOptions<A extends readonly unknown[] = readonly never[]> {
  /** The function to run: exported, a `task()`, or inline. */
  target?: ((...args: A) => unknown) | undefined;
  /** The arguments of `target`. */
  args?: ProcessArguments<A> | undefined;
  /** One object, passed to `target` behind `args`. */
  kwargs?: ProcessKwargs<A> | undefined;
  /**
   * The process' name. Where it is left out, it is of the class and of the place: `Process-1`,
   * `Process-2` …, and `Process-2:1` for the first one that the second makes.
   */
  name?: string | undefined;
  /**
   * Whether the process ends with its parent, which otherwise waits for it. If it is left out, as
   * the process that makes the object is one: not by default.
   */
  daemon?: boolean | undefined;
  /**
   * What the process may do, on Deno. One that may not do everything shares no memory: it can use
   * no `Queue`, say.
   */
  permissions?: Permissions | undefined;
  /**
   * Environment variables, merged over the parent's. On Deno a worker sees them in `process.env`.
   */
  env?: Readonly<Record<string, string>> | undefined;
}

/**
 * Checks what a caller gave as the options of a process.
 *
 * @internal
 */
export function checkProcessOptions(options: ProcessOptions): void {
  const verb = "make a process";
  checkOptions(verb, options);
  const { target, args, kwargs, name, daemon, permissions, env } = options;
  if (target !== undefined) checkFunction(verb, "target", target);
  if (args !== undefined) checkArray(verb, "args", args);
  if (kwargs !== undefined) checkObject(verb, "kwargs", kwargs);
  if (name !== undefined) checkString(verb, "name", name);
  if (daemon !== undefined) checkBoolean(verb, "daemon", daemon);
  if (permissions !== undefined) checkPermissions(verb, permissions);
  if (env === undefined) return;
  checkObject(verb, "env", env);
  for (const [key, value] of Object.entries(env)) checkString(verb, `env.${key}`, value);
}

function checkPermissions(verb: string, permissions: Permissions): void {
  if (permissions === "inherit" || permissions === "none") return;
  if (typeof permissions === "object" && permissions !== null) return;
  const what = `Cannot ${verb} as permissions must be "inherit", "none" or an object`;
  throw wrongArgument(TypeError, what, permissions);
}
