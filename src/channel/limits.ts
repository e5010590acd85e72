import { checkInteger, checkOptions, checkTimeout } from "../arguments.ts";

/** What programs that connect may ask of this one. */
export interface Limits {
  /**
   * How many bytes a message may have; a longer one ends its connection. If it is left out, 1 GiB
   * of who has proven a key, and 64 MiB of others.
   */
  readonly messageSize?: number | undefined;
  /**
   * How many connections may be open at a time, those among them that are not proven or not
   * accepted yet; 500 if it is left out. Of more, those are closed first that say nothing, and then
   * who comes.
   */
  readonly connections?: number | undefined;
  /**
   * How many calls of one client of a manager may be under way; further ones are not read
   * meanwhile. 10,000 if left out.
   */
  readonly requests?: number | undefined;
  /**
   * How long a program that connects may take to prove itself, in milliseconds; 10,000 if left out.
   */
  readonly handshakeTimeout?: number | undefined;
}

/**
 * The limits that hold where nothing else was said.
 *
 * @internal
 */
export const usualLimits: {
  readonly messageSize: Readonly<Record<"proven" | "stranger", number>>;
  readonly connections: number;
  readonly requests: number;
  readonly handshakeTimeout: number;
} = {
  messageSize: { proven: 2 ** 30, stranger: 2 ** 26 },
  connections: 500,
  requests: 10_000,
  handshakeTimeout: 10_000,
};

/**
 * Checks limits that a user gave.
 *
 * @internal
 * @throws {TypeError} If they are no object, or one of them is no number.
 * @throws {RangeError} If one is out of range.
 */
export function checkLimits(action: string, limits: Limits | undefined): Limits {
  if (limits === undefined) return {};
  checkOptions(action, limits);
  const { messageSize, connections, requests, handshakeTimeout } = limits;
  if (messageSize !== undefined) checkInteger(action, "messageSize", messageSize, 1);
  if (connections !== undefined) checkInteger(action, "connections", connections, 1);
  if (requests !== undefined) checkInteger(action, "requests", requests, 1);
  checkTimeout(handshakeTimeout);
  return { messageSize, connections, requests, handshakeTimeout };
}
