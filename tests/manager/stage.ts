/** What the suites of managed objects have in common: a manager of the suite's own, and time. */

import { afterAll, beforeAll } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { getContext, type Manager, type StartMethod } from "../../mod.ts";
import { pause } from "../fixtures.ts";

/** Longer than any wait takes that is not for ever; only to fail with a name. */
export const long: number = 20_000;
/** Why tests abort. */
export const reason: Error = new Error("expected: aborted by the test");
/** What is no time. */
export const wrongTimeouts: readonly unknown[] = [NaN, "5", null, 1n, {}];

/** A manager that is there for all tests of a suite; `register` is told of it before it is used. */
export function withManager(
  method: StartMethod,
  register: (manager: Manager) => void = () => {},
): Manager {
  const manager = new (getContext(method).Manager)();
  beforeAll(async () => {
    register(manager);
    await manager.numberOfObjects();
  });
  afterAll(() => manager.shutdown());
  return manager;
}

/** Waits until something of a server is as it should be. */
export async function until(is: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + long;
  while (!await is()) {
    if (performance.now() > end) throw new Error(`It did not happen: ${what}`);
    await pause(2);
  }
}

/** What a promise came to, once it did. */
export interface Watched<T> {
  readonly settled: Promise<PromiseSettledResult<T>>;
  readonly outcome: PromiseSettledResult<T> | undefined;
}

/** Watches a promise, of which a rejection is expected perhaps. */
export function watch<T>(promise: Promise<T>): Watched<T> {
  const watched: { settled: Watched<T>["settled"]; outcome: Watched<T>["outcome"] } = {
    settled: Promise.allSettled([promise]).then(([outcome]) => watched.outcome = outcome!),
    outcome: undefined,
  };
  return watched;
}

/** Calls that wait: the order in which they end. */
export class Order {
  readonly #ended: string[] = [];

  /** Notes when a call ends that is expected to be fulfilled. */
  note(name: string, call: Promise<unknown>): Promise<void> {
    return call.then(() => void this.#ended.push(name));
  }

  check(...names: readonly string[]): void {
    assertEquals(this.#ended, names);
  }
}
