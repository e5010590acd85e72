/** Stands in for the parts of `@std/async` that tests use. */

/** Waits for a number of milliseconds; rejects with the signal's reason when that aborts. */
export async function delay(ms: number, options: { signal?: AbortSignal } = {}): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  options.signal?.throwIfAborted();
  const timer = setTimeout(resolve, ms);
  try {
    await (options.signal === undefined ? promise : abortable(promise, options.signal));
  } finally {
    clearTimeout(timer);
  }
}

/** Gives what the promise gives; rejects with the signal's reason when that aborts first. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const settled = (): void => signal.removeEventListener("abort", abort);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort);
    promise.finally(settled).then(resolve, reject);
  });
}

/** Gives what the promise gives; rejects with a `TimeoutError` when that takes longer. */
export async function deadline<T>(
  promise: Promise<T>,
  ms: number,
  options: { signal?: AbortSignal } = {},
): Promise<T> {
  const late = new AbortController();
  const reason = new DOMException("Signal timed out.", "TimeoutError");
  // A timer of its own, as `AbortSignal.timeout` does not keep every runtime alive.
  const timer = setTimeout(() => late.abort(reason), ms);
  const signals = [late.signal, options.signal].filter((signal) => signal !== undefined);
  try {
    return await abortable(promise, AbortSignal.any(signals));
  } finally {
    clearTimeout(timer);
  }
}
