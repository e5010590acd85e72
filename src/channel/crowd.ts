/**
 * The sockets that a listener has open, of which there may be so many. Where one more comes, those
 * go first that are only being closed, then those that say nothing, then those that have not proven
 * themselves, each the longest there first; and where all have, who comes.
 *
 * @module
 * @internal
 */

import type { Socket } from "../runtime/socket.ts";

/** A socket's slot among the others. */
export interface SocketSlot {
  /** It has said something. */
  speak(): void;
  /** It has proven itself: it stays as long as its two sides want. */
  stay(): void;
  /** It is closed, behind what was said to it. */
  leave(): void;
}

/** The sockets that are open. */
export class Crowd {
  readonly #most: number;
  #count = 0;
  // What ends them, by what they are at.
  readonly #leaving = new Map<Socket, () => void>();
  readonly #silent = new Map<Socket, () => void>();
  readonly #speaking = new Map<Socket, () => void>();

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Takes one in. `drop` is called if it has to go before it has proven itself: at once, if nobody
   * else can.
   */
  enter(socket: Socket, drop: () => void): SocketSlot {
    this.#count++;
    const leave = (): void => {
      this.#silent.delete(socket);
      this.#speaking.delete(socket);
      this.#leaving.delete(socket);
    };
    socket.onClosed(() => {
      this.#count--;
      leave();
    });
    // Its end is told later: until then it is not to be dropped once more, in place of another.
    let isDropped = false;
    const end = (): void => {
      isDropped = true;
      drop();
      socket.destroy();
    };
    if (this.#count > this.#most && !this.#dropOne()) end();
    else this.#silent.set(socket, end);
    return {
      speak: () => {
        if (this.#silent.delete(socket)) this.#speaking.set(socket, end);
      },
      stay: leave,
      leave: () => {
        leave();
        if (isDropped) return;
        this.#leaving.set(socket, () => socket.destroy());
        socket.close();
      },
    };
  }

  /** Ends the one that is missed least. Gives whether there is one. */
  #dropOne(): boolean {
    for (const some of [this.#leaving, this.#silent, this.#speaking]) {
      for (const [socket, end] of some) {
        some.delete(socket);
        end();
        return true;
      }
    }
    return false;
  }
}
