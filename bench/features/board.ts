/** What a manager serves to the programs of `nproc.ts`. */

import { task } from "@nproc/multiprocessing";

/** Notes of whoever reaches it. */
export class Board {
  readonly #notes: string[] = [];

  pin(note: string): void {
    this.#notes.push(note);
  }

  notes(): string[] {
    return this.#notes.toSorted();
  }
}

const only: Board = new Board();

/** Gives the one board of the server. */
export const theBoard: () => Board = task(import.meta, () => only);
