/**
 * A game of two sides with one ball: whoever has it holds it for a moment, so that the other surely
 * sleeps, and throws it. What an exchange takes beyond the holding are two wake-ups of a sleeper.
 *
 * Who has thrown goes on with something else before it waits: else it would leave its core to the
 * other, which some schedulers foresee, and a wake-up on the same core is several times as fast.
 */

import { setImmediate } from "node:timers";

/** A side of the game. */
export interface Side {
  throwBall(): void | Promise<void>;
  /** Waits until the ball is here. */
  catchBall(): unknown;
}

/** How the ball is held. */
export interface Hold {
  /** Milliseconds before the throw. */
  readonly rest: number;
  /** And after it, before the thrower waits. */
  readonly after: number;
  /** With the thread kept busy; otherwise its event loop goes on turning. */
  readonly blocked: boolean;
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Lets time pass. Never asleep: a core that sleeps would make it take longer than it should. */
async function pass(milliseconds: number, blocked: boolean): Promise<void> {
  const until = performance.now() + milliseconds;
  while (performance.now() < until) if (!blocked) await turn();
}

/** Holds the ball, and throws it. */
export async function throwFrom(side: Side, { rest, after, blocked }: Hold): Promise<void> {
  await pass(rest, blocked);
  await side.throwBall();
  await pass(after, blocked);
}

/** Throws first, so many times: milliseconds for a wake-up. */
export async function play(side: Side, hold: Hold, count: number): Promise<number> {
  const before = performance.now();
  for (let i = 0; i < count; i++) {
    await throwFrom(side, hold);
    await side.catchBall();
  }
  return (performance.now() - before) / (2 * count) - hold.rest;
}

/** Throws back whatever comes, until the child is ended. */
export async function throwBack(side: Side, hold: Hold): Promise<never> {
  for (;;) {
    await side.catchBall();
    await throwFrom(side, hold);
  }
}

/** The sides of bare words: one wakes the other with `Atomics.notify`. */
export function wordSide(words: Int32Array, mine: number, theirs: number, blocked: boolean): Side {
  return {
    throwBall: () => {
      Atomics.store(words, theirs, 1);
      Atomics.notify(words, theirs);
    },
    catchBall: async () => {
      while (Atomics.compareExchange(words, mine, 1, 0) === 0) {
        if (blocked) Atomics.wait(words, mine, 0);
        else await Atomics.waitAsync(words, mine, 0).value;
      }
    },
  };
}

/** The side of a channel: a ball is a message. */
export class ChannelSide implements Side {
  readonly #post: (ball: number) => void;
  /** A ball that is here, and who waits for one. */
  #isHere = false;
  #onBall: (() => void) | undefined;

  constructor(post: (ball: number) => void) {
    this.#post = post;
  }

  throwBall(): void {
    this.#post(1);
  }

  /** A message has come. */
  hear(): void {
    if (this.#onBall === undefined) this.#isHere = true;
    else this.#onBall();
    this.#onBall = undefined;
  }

  catchBall(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#isHere) this.#onBall = resolve;
      else resolve();
      this.#isHere = false;
    });
  }
}
