/**
 * Explores a model of a protocol: parties that take steps on a common state, in every order, and
 * each may die before any of its steps.
 */

/** A party: a generator that does one step of the protocol between two `yield`s. */
export type Party<S> = (state: S) => Generator<void, void>;

/** A protocol, and what must hold when all of its parties have ended or died. */
export interface Model<S> {
  /** The state at the beginning. */
  readonly begin: () => S;
  readonly parties: readonly Party<S>[];
  /** Which of the parties may die; none where it is left out. */
  readonly mortal?: readonly number[];
  /** Throws if the end is wrong. `dead` tells which parties have died. */
  readonly check: (state: S, dead: ReadonlySet<number>) => void;
}

/** What is done next: a party takes a step, or dies. */
type Move = { readonly party: number; readonly dies: boolean };

/** Plays a model by a list of moves, and tells which moves could come next; none at the end. */
function play<S>({ begin, parties, mortal = [], check }: Model<S>, moves: readonly Move[]): Move[] {
  const state = begin();
  const running = new Map(parties.map((party, i) => [i, party(state)]));
  const dead = new Set<number>();
  for (const { party, dies } of moves) {
    if (dies) {
      running.delete(party);
      dead.add(party);
    } else if (running.get(party)!.next().done) running.delete(party);
  }
  if (running.size === 0) check(state, dead);
  return [...running.keys()].flatMap((party) => [
    { party, dies: false },
    ...mortal.includes(party) ? [{ party, dies: true }] : [],
  ]);
}

/** Explores all orders of the steps of a model; how many ends it has. */
export function explore<S>(model: Model<S>): number {
  let ends = 0;
  const stack: Move[][] = [[]];
  for (let moves; (moves = stack.pop()) !== undefined;) {
    let next: Move[];
    try {
      next = play(model, moves);
    } catch (error) {
      const order = moves.map(({ party, dies }) => `${party}${dies ? "†" : ""}`).join(" ");
      throw new Error(`In the order ${order}: ${(error as Error).message}`, { cause: error });
    }
    if (next.length === 0) ends++;
    for (const move of next) stack.push([...moves, move]);
  }
  return ends;
}
