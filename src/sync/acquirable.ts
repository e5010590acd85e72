import { TimeoutError } from "../errors.ts";
import type { WaitOptions } from "../wait/latch.ts";
import type { AcquireOptions, AcquireSyncOptions, LockWord } from "../memory/lock_word.ts";

/** Set in the body of the class, where its private fields can be read. */
let readLockWord: (acquirable: Acquirable) => LockWord;
let hasLockWord: (value: object) => value is Acquirable;

/**
 * What can be acquired and must be released: locks, semaphores, and a condition with its lock.
 */
export abstract class Acquirable {
  readonly #lockWord: LockWord;

  /** @internal */
  protected constructor(lockWord: LockWord) {
    this.#lockWord = lockWord;
  }

  static {
    readLockWord = (acquirable) => acquirable.#lockWord;
    hasLockWord = (value): value is Acquirable => #lockWord in value;
  }

  /**
   * Whether the child that owned the lock died; of a condition, its lock. It stays so until the
   * lock is released, by whoever acquired it next: what the lock guards may be half done. A
   * semaphore, which nobody owns, never is.
   */
  get abandoned(): boolean {
    return this.#lockWord.isAbandoned;
  }

  /**
   * Acquires it if that needs no waiting.
   *
   * @returns Whether it was acquired.
   * @throws {Error} If it was disposed of.
   */
  tryAcquire(): boolean {
    return this.#lockWord.tryAcquire();
  }

  /**
   * Waits until it is free, and acquires it. A wait that ends without has changed nothing.
   *
   * @returns `true`; `false` once `timeout` (milliseconds) is over, or at once if `block` is false.
   * @throws The signal's reason, if that is aborted first.
   * @throws {Error} If it is disposed of, also while this call waits.
   */
  acquire(options?: AcquireOptions): Promise<boolean> {
    return this.#lockWord.acquire(options);
  }

  /**
   * Does what `acquire` does with this thread blocked meanwhile: nothing else of this child runs.
   *
   * @returns `true`; `false` once `timeout` (milliseconds) is over, or at once if `block` is false.
   * @throws {Error} If it is disposed of, also while this call waits.
   */
  acquireSync(options?: AcquireSyncOptions): boolean {
    return this.#lockWord.acquireSync(options);
  }

  /**
   * Releases what was acquired. A `Lock` and a semaphore can be released by any child, an `RLock`
   * by the child that holds it, as often as that has acquired it.
   *
   * @throws {Error} If nobody holds it, if another child holds an `RLock`, or if the count of a
   * semaphore has its highest value. Nothing has changed then.
   */
  release(): void {
    this.#lockWord.release();
  }

  /**
   * Acquires it, and gives what releases it: `using _ = await lock.hold()` holds it to the end of
   * the block. Releasing that a second time does nothing.
   *
   * @throws {TimeoutError} Once `timeout` (milliseconds) is over; then nothing is held.
   * @throws The signal's reason, if that is aborted first.
   */
  async hold(options: WaitOptions = {}): Promise<Disposable> {
    if (!await this.acquire(options)) throw timedOut(options.timeout);
    return new Hold(this);
  }

  /**
   * Does what `hold` does with this thread blocked meanwhile.
   *
   * @throws {TimeoutError} Once `timeout` (milliseconds) is over; then nothing is held.
   */
  holdSync(options: Omit<WaitOptions, "signal"> = {}): Disposable {
    if (!this.acquireSync(options)) throw timedOut(options.timeout);
    return new Hold(this);
  }
}

/**
 * The word of a lock or semaphore; of a condition, that of its lock.
 *
 * @internal
 */
export const lockWordOf: (acquirable: Acquirable) => LockWord = readLockWord;

/**
 * Whether a value is a lock, a semaphore or a condition.
 *
 * @internal
 */
export const isAcquirable: (value: object) => value is Acquirable = hasLockWord;

const timedOut = (timeout: number | undefined): TimeoutError =>
  new TimeoutError(`Cannot hold it as it was not free within ${timeout} ms`);

/** What can be released. */
interface Releasable {
  release(): void;
}

/**
 * Releases something once.
 *
 * @internal
 */
export class Hold implements Disposable {
  #held: Releasable | undefined;

  constructor(held: Releasable) {
    this.#held = held;
  }

  [Symbol.dispose](): void {
    const held = this.#held;
    this.#held = undefined;
    held?.release();
  }
}
