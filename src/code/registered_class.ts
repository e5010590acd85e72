import { wrongArgument } from "../arguments.ts";
import { ModuleNeeded } from "./module_needed.ts";
import { noteModule } from "./schemes.ts";

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
  /** How it is found again, if it was not registered: see `code/exported_class.ts`. */
  readonly exported?: {
    readonly modules: readonly string[];
    readonly as?: string;
    readonly digest: number;
    readonly by: string;
  };
}

const byPrototype = new WeakMap<object, RegisteredClass>();
const byModule = new Map<string, RegisteredClass[]>();

/**
 * Lets the instances of a class keep their class when they travel between children. Call it at the
 * top level of the module that declares the class, with that module's `import.meta`: a child that
 * meets an instance imports the module, and finds the class as the same registration.
 *
 * A class that is exported needs no registration where the other side can import its module. It
 * does where that is the main module and still runs: instances that a child makes arrive there as
 * plain objects, with a warning. A registration is also what other programs and classes that are
 * not exported need.
 *
 * An instance arrives with the class' prototype and with its own enumerable properties (a class
 * that extends `Map`, `Set`, `Array`, `Date` or another built-in class with that part of it, too).
 * The constructor is not called. Private fields (`#name`) cannot be seen from outside the class,
 * and so do not travel: a method that uses one throws a `TypeError` on the instance that arrived.
 * Accessors, methods and `instanceof` work.
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
 * @param meta The `import.meta` of the module that declares the class. Where a bundler does not
 * know that by itself, `{ url: import.meta.url }` is as good.
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
