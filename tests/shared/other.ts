/** Another child, for tests that need somebody else. */

import { afterAll, beforeAll } from "@std/testing/bdd";
import { assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { getContext, type Pool, type StartMethod } from "../../mod.ts";
import * as f from "./fixtures.ts";

/** A child that is there for all tests of a suite. */
export interface Other {
  do<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
}

/** Starts a child for the suite. */
export function withOther(method: StartMethod): Other {
  let pool: Pool;
  beforeAll(async () => {
    pool = new (getContext(method).Pool)(1);
    await pool.apply(f.nothing);
  });
  afterAll(() => pool.terminate());
  return { do: (fn, ...args) => pool.apply(fn as never, args as never) };
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
