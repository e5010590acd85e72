/** No pool at all: messages to children that square what comes. */

import type { Method } from "../lib/row.ts";
import { type Channel, openChannel } from "../lib/channel.ts";
import { compete, type Competitor, type Contestant } from "./competitor.ts";
import { sizes } from "./sizes.ts";

class RawContestant implements Contestant {
  readonly #channels: Channel[];

  constructor(method: Method, workers: number) {
    const module = new URL("./child.ts", import.meta.url);
    this.#channels = Array.from({ length: workers }, () => openChannel(method, module));
  }

  one = (n: number): Promise<number> => {
    const channel = this.#channels[0]!;
    return new Promise((resolve) => {
      channel.onMessage = resolve as (message: unknown) => void;
      channel.post(n);
    });
  };

  atOnce = (numbers: readonly number[]): Promise<number[]> => this.#exchange(numbers);

  batches = async (numbers: readonly number[]): Promise<number[]> => {
    const messages: (readonly number[])[] = [];
    for (let i = 0; i < numbers.length; i += sizes.batch) {
      messages.push(numbers.slice(i, i + sizes.batch));
    }
    return (await this.#exchange(messages)).flat() as number[];
  };

  /** Posts every message, to the workers in turn; fulfilled with the answers as they came. */
  #exchange<T>(messages: readonly T[]): Promise<T[]> {
    return new Promise((resolve) => {
      const answers: T[] = [];
      for (const channel of this.#channels) {
        channel.onMessage = (answer) => {
          if (answers.push(answer as T) === messages.length) resolve(answers);
        };
      }
      for (let i = 0; i < messages.length; i++) {
        this.#channels[i % this.#channels.length]!.post(messages[i]);
      }
    });
  }

  close = async (): Promise<void> => {
    for (const channel of this.#channels) await channel.close();
  };
}

/** Bare messages. */
export const raw: Competitor = {
  name: "raw",
  open: (method, workers) => new RawContestant(method, workers),
};

if (import.meta.main) await compete(raw);
