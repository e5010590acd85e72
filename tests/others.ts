/** Other children, for tests that need somebody else. */

import { afterAll, beforeAll } from "@std/testing/bdd";
import { assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { type Acquirable, getContext, type Pool, type StartMethod } from "../mod.ts";
import { type Form, nothing } from "./fixtures.ts";

/** Both ways to wait. */
export const forms: readonly Form[] = ["async", "sync"];

/** Another child: what it is to do one after the other, it does in that order. */
export class Other {
  #pool: Pool | undefined;

  start(method: StartMethod): void {
    this.#pool = new (getContext(method).Pool)(1);
  }

  async end(): Promise<void> {
    await this.#pool?.terminate();
  }

  /** Has the child do something. */
  do<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
    return this.#pool!.apply(fn as never, args as never) as Promise<Awaited<R>>;
  }
}

/** Children of the suite's own, there for all of its tests. */
export function withOthers(method: StartMethod, count: number): Other[] {
  const others = Array.from({ length: count }, () => new Other());
  beforeAll(async () => {
    for (const other of others) other.start(method);
    for (const other of others) await other.do(nothing);
  });
  afterAll(async () => {
    for (const other of others) await other.end();
  });
  return others;
}

/** How long something takes, in milliseconds. */
export async function timed(fn: () => unknown): Promise<number> {
  const begun = performance.now();
  await fn();
  return performance.now() - begun;
}

/** Waits for `lock` in this child, in the given form. */
export async function acquireHere(
  lock: Acquirable,
  form: Form,
  options?: { block?: boolean; timeout?: number },
): Promise<boolean> {
  return form === "sync" ? lock.acquireSync(options) : await lock.acquire(options);
}

/** Checks that a value is refused with a `DataCloneError` whose message has these parts. */
export async function assertRefused(
  send: () => unknown,
  ...parts: readonly string[]
): Promise<void> {
  const error = await assertRejects(async () => await send());
  assertInstanceOf(error, DOMException);
  if (error.name !== "DataCloneError") throw error;
  for (const part of parts) assertStringIncludes(error.message, part);
}
