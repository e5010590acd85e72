/**
 * What a manager's server and its clients say to each other.
 *
 * A client sends frames of operations, and the server performs those of one client in their order:
 *
 *     frame:      the client's key, operation …
 *     hello       where to send replies; only where they do not go back the way that requests come
 *     call        id (0: without a reply), slot, name of the method, [arguments]
 *     create      slot, name of the type, [arguments]
 *     release     slot
 *     lend        slot, ticket
 *     unlend      ticket
 *     claim       slot, ticket
 *     cancel      id of a call
 *
 * The server sends frames of replies, as calls end:
 *
 *     frame:      (id, how it ended, [value]) …
 *
 * What is in brackets tells its length, so it can be left until a module of it is loaded.
 *
 * A *slot* is a number by which one client refers to an object; the client numbers those that it
 * makes with even numbers, the server those that it hands out in replies with odd ones. An object
 * lives as long as anyone refers to it. A *ticket* refers to an object, too: whoever sends a proxy
 * elsewhere lends one, and whoever receives the proxy claims it for a slot of their own.
 *
 * @module
 * @internal
 */

/** The first number of an operation. */
export const operation = {
  hello: 0,
  call: 1,
  create: 2,
  release: 3,
  lend: 4,
  unlend: 5,
  claim: 6,
  cancel: 7,
} as const;

/** How a call ended. */
export const ending = {
  fulfilled: 0,
  rejected: 1,
  /** The client had cancelled it, and nothing was done. */
  cancelled: 2,
} as const;

/** The id of a call whose end nobody is to be told. */
export const unanswered = 0;

/** The slot of the server itself, in every client. */
export const serverSlot = 0;

/**
 * How many bytes are collected for a frame before it is sent although there is more, on both sides.
 */
export const frameSize: number = 32 * 1024;

/** A number that nobody else has chosen: a client's key, or a ticket. */
export function randomNumber(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high! & 0x1f_ffff) * 2 ** 32 + low!;
}
