/**
 * Where in a value the encoder is, for the message of a refusal.
 *
 * @module
 * @internal
 */

import { refusal } from "./failure.ts";

/**
 * What leads from one value to the next: a property, an element, an entry; a symbol leads to the
 * thing itself.
 */
export type Step = string | number | symbol;

/** The step to a value that stands for the one before it, and to the root. */
export const SAME: unique symbol = Symbol("same");

/**
 * What an error calls the value that is being encoded: a name such as `args`, which the path
 * follows, or a function that names what is at a path: what a caller gave may stand elsewhere in
 * what is encoded.
 */
export type Root = string | ((path: string) => string);

/** What an error calls the thing at a path of a value. */
export function rooted(root: Root, path: string): string {
  return typeof root === "string" ? root + path : root(path);
}

/** Of a very long path so many steps are shown at either end. */
const ENDS = 20;

/**
 * The way to the value that is being encoded: kept cheaply, and written out only when something is
 * refused.
 */
export class Path {
  root: Root = "";
  depth = 0;
  readonly #holders: (object | undefined)[] = [];
  readonly #steps: Step[] = [];

  /** Goes down into `holder`, which `step` led to. */
  enter(holder: object, step: Step): void {
    this.#holders[this.depth] = holder;
    this.#steps[this.depth++] = step;
  }

  /** Forgets everything, so that no value lives on because it was once sent. */
  clear(): void {
    this.depth = 0;
    for (let i = 0; this.#holders[i] !== undefined; i++) this.#holders[i] = undefined;
  }

  /** The error for what `last` leads to from the innermost holder. */
  refuse(last: Step, reason: string): DOMException {
    let path = "";
    /**
     * Whether the steps so far were within what this package says of a value, up to a name in it.
     */
    let isWithin = false;
    for (let i = 1; i <= this.depth; i++) {
      const holder = this.#holders[i - 1]!;
      const step = i < this.depth ? this.#steps[i]! : last;
      isWithin = Array.isArray(holder) && (isWithin || (i > 1 && this.#steps[i - 1] === SAME));
      if (isWithin) continue;
      if (i === ENDS && this.depth > 2 * ENDS) {
        path += " … ";
        i = this.depth - ENDS;
      }
      path += written(holder, step);
    }
    return refusal(rooted(this.root, path), reason);
  }
}

function written(holder: object, step: Step): string {
  if (typeof step === "symbol") return "";
  if (typeof step === "string") {
    if (Array.isArray(holder) && /^\d+$/.test(step)) return `[${step}]`;
    const plain = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step);
    return plain ? `.${step}` : `[${JSON.stringify(step)}]`;
  }
  if (holder instanceof Map) return mapStep(holder, step);
  return holder instanceof Set ? `.values()[${step}]` : `[${step}]`;
}

/** Even numbers are a map's keys, odd ones its values. */
function mapStep(map: ReadonlyMap<unknown, unknown>, step: number): string {
  const place = step >> 1;
  if (step % 2 === 0) return `.keys()[${place}]`;
  const key = [...map.keys()][place];
  if (typeof key === "string") return `.get(${JSON.stringify(key)})`;
  return typeof key === "number" ? `.get(${key})` : `.values()[${place}]`;
}
