/**
 * The errors that a caller may want to tell apart. Misuse of an object and a wrong argument are
 * plain `Error`, `TypeError` and `RangeError`: a program mends those, it does not catch them.
 *
 * @module
 */

/** The base of the errors that children and what is between them give. */
export class ProcessError extends Error {}

/** A wait for a result, a hold or a message was longer than its `timeout`. Nothing was consumed. */
export class TimeoutError extends ProcessError {}

/** A message was larger than the buffer given to `recvBytesInto`; `bytes` holds all of it. */
export class BufferTooShort extends ProcessError {
  /** The whole message. */
  readonly bytes: Uint8Array;

  /** Makes the error of a message that did not fit. */
  constructor(message: string, bytes: Uint8Array) {
    super(message);
    this.bytes = bytes;
  }
}

/** The other side of a connection did not prove that it knows the key. */
export class AuthenticationError extends ProcessError {}

/** What is known of a worker that died. */
export interface LostWorker {
  /** The exit code, or minus the number of the signal that ended it. */
  readonly exitCode: number;
  /** The worker's process id. */
  readonly pid: number;
  /** The uncaught error that ended the worker, where there was one. */
  readonly cause?: unknown;
}

/** The worker that ran this task died: it exited, was killed or ran out of memory. */
export class WorkerLostError extends ProcessError {
  /** The exit code, or minus the number of the signal that ended it. */
  readonly exitCode: number;
  /** The worker's process id. */
  readonly pid: number;

  /** Makes the error of a task whose worker died. */
  constructor(message: string, lost: LostWorker) {
    super(message, "cause" in lost ? { cause: lost.cause } : undefined);
    this.exitCode = lost.exitCode;
    this.pid = lost.pid;
  }
}

/** A function cannot be found by a child, or cannot travel to one. The message says what to do. */
export class TaskReferenceError extends ProcessError {}

/** Something that is not an error of the object itself went wrong on the other side. */
export class RemoteError extends ProcessError {}

/** A `get` that does not wait, or waited its `timeout`, found the queue empty. */
export class Empty extends Error {}

/** A `put` that does not wait, or waited its `timeout`, found the queue full. */
export class Full extends Error {}

/** There is nothing left to receive, and the other end is closed. */
export class EOFError extends Error {}

/** The barrier was aborted, reset or timed out while this child waited at it. */
export class BrokenBarrierError extends Error {}

/** The task or future was cancelled before it gave a result. */
export class CancelledError extends Error {}

/** A child of the executor died or could not be initialised; the executor is broken for good. */
export class BrokenProcessPool extends Error {}

/**
 * The error classes by name.
 *
 * @internal
 */
export const errorClasses: Readonly<Record<string, { readonly prototype: Error }>> = {
  ProcessError,
  TimeoutError,
  BufferTooShort,
  AuthenticationError,
  WorkerLostError,
  TaskReferenceError,
  RemoteError,
  Empty,
  Full,
  EOFError,
  BrokenBarrierError,
  CancelledError,
  BrokenProcessPool,
};

// As the built-in classes have it: on the prototype, where it is not enumerated and does not
// travel.
for (const [name, { prototype }] of Object.entries(errorClasses)) {
  Object.defineProperty(prototype, "name", { value: name, configurable: true, writable: true });
}
