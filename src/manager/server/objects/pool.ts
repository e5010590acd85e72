/**
 * Managed pools: their workers are the server's children.
 *
 * @module
 * @internal
 */

import {
  callFound,
  type FunctionReference,
  resolveReference,
} from "../../../code/function_reference.ts";
import { task } from "../../../code/task.ts";
import { AsyncResult } from "../../../pool/async_result.ts";
import { Pool as LocalPool } from "../../../pool/pool.ts";
import type { MapOptions, TaskOptions } from "../../../pool/options.ts";
import { type CallContext, CallerAware } from "../call_context.ts";
import type { RemotePoolOptions } from "../../protocol/options.ts";

/** Runs a function that the server was told of, and cannot find itself: its workers can. */
const run = task(
  // Older webpacks, Next's for one, do not know `import.meta` by itself.
  { url: import.meta.url },
  async (reference: FunctionReference, args: readonly unknown[]): Promise<unknown> =>
    await callFound(await resolveReference(reference), args),
);

/** A pool of the server's children. */
export class ServedPool extends CallerAware {
  readonly #pool: LocalPool;

  constructor({ initializer, initArgs = [], ...options }: RemotePoolOptions) {
    super();
    this.#pool = new LocalPool({
      ...options,
      ...(initializer && { initializer: run, initArgs: [initializer, initArgs] }),
    });
  }

  async apply(
    caller: CallContext,
    fn: FunctionReference,
    args: readonly unknown[],
    options: TaskOptions,
  ): Promise<unknown> {
    const limits = { ...options, signal: signalOf(caller) };
    return await AsyncResult.outcomeOf(this.#pool.applyAsync(run, [fn, args], limits));
  }

  async starmap(
    caller: CallContext,
    fn: FunctionReference,
    items: readonly (readonly unknown[])[],
    options: MapOptions,
  ): Promise<unknown[]> {
    const calls = items.map((args): [FunctionReference, readonly unknown[]] => [fn, args]);
    const limits = { ...options, signal: signalOf(caller) };
    return await AsyncResult.outcomeOf(this.#pool.starmapAsync(run, calls, limits));
  }

  close(_caller: CallContext): void {
    this.#pool.close();
  }

  async terminate(_caller: CallContext): Promise<void> {
    await this.#pool.terminate();
  }

  async join(_caller: CallContext): Promise<void> {
    await this.#pool.join();
  }
}

/** A signal that is aborted when the call is given up. */
function signalOf(caller: CallContext): AbortSignal {
  const controller = new AbortController();
  caller.onGivenUp = (reason) => controller.abort(reason);
  return controller.signal;
}
