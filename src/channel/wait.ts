import { checkIterable, wrongArgument } from "../arguments.ts";
import { checkWait, type WaitOptions } from "../wait/latch.ts";
import { type Connection, isConnection } from "./connection.ts";

/** What tells by itself whether it is ready, such as the sentinel of a process. */
export interface Waitable {
  /** Whether it is. */
  readonly ready: boolean;
  /** Waits until it is: `true`, or `false` once `timeout` (milliseconds) is over. */
  wait(options?: WaitOptions): Promise<boolean>;
}

/**
 * Waits until at least one of several objects is ready: a connection that has something to
 * receive, or whose other end is closed; the sentinel of a process that has ended.
 *
 * @example
 * ```ts
 * import { Pipe, wait } from "@nproc/multiprocessing";
 *
 * const [a, b] = Pipe();
 * await a.send(1);
 * console.log(await wait([a, b]).then((ready) => ready[0] === b)); // true
 * ```
 *
 * @returns Those that are ready, in their order; none once `timeout` (milliseconds) is over.
 * @throws The signal's reason, if that is aborted first.
 * @throws {TypeError} If one of them is neither, or they are not iterable.
 * @throws {Error} If a connection is closed, here and before or while this waits.
 */
export async function wait<T extends Connection | Waitable>(
  objects: Iterable<T>,
  options: WaitOptions = {},
): Promise<T[]> {
  checkIterable("wait", "objects", objects);
  checkWait(options);
  const { timeout, signal } = options;
  const all = [...objects];
  for (const object of all) checkWaitable(object);
  const ready = await readyOf(all);
  if (ready.length > 0 || all.length === 0 || timeout === 0) return ready;
  // An abort during that look is over: it would not be heard any more.
  signal?.throwIfAborted();
  const given = new AbortController();
  const end = () => given.abort();
  signal?.addEventListener("abort", end);
  const waits = all.map((object) => becomesReady(object, { timeout, signal: given.signal }));
  try {
    await Promise.race(waits);
  } finally {
    end();
    signal?.removeEventListener("abort", end);
    await Promise.allSettled(waits);
  }
  signal?.throwIfAborted();
  return await readyOf(all);
}

function checkWaitable(object: unknown): void {
  const isObject = typeof object === "object" && object !== null;
  if (isObject && (isConnection(object) || ("ready" in object && "wait" in object))) return;
  throw wrongArgument(
    TypeError,
    "Cannot wait for something that is neither a connection nor a sentinel",
    object,
  );
}

async function becomesReady(object: Connection | Waitable, options: WaitOptions): Promise<void> {
  try {
    if (isConnection(object)) {
      await object.poll({ ...options, timeout: options.timeout ?? Infinity });
    } else await object.wait(options);
  } catch (error) {
    // It was another that became ready, or the caller's signal.
    if (!options.signal?.aborted) throw error;
  }
}

async function readyOf<T extends Connection | Waitable>(objects: readonly T[]): Promise<T[]> {
  const ready = await Promise.all(
    objects.map((object) => isConnection(object) ? object.poll() : object.ready),
  );
  return objects.filter((_, index) => ready[index]);
}
