/** A manager that other programs use: all of them change one object, which its server holds. */

import { generateAuthKey, type ManagedObject, Manager, Process } from "@nproc/multiprocessing";

/** A class of your own. Other programs can call its public methods. */
export class Scores {
  readonly #points = new Map<string, number>();

  add(player: string, points: number): number {
    const sum = (this.#points.get(player) ?? 0) + points;
    this.#points.set(player, sum);
    return sum;
  }

  all(): Map<string, number> {
    return this.#points;
  }
}

/** The one object of the server. Other programs that import this module never use theirs. */
const scores = new Scores();
export const theScores = (): Scores => scores;

/** A manager that serves it. */
type Game = Manager & { scores(): ManagedObject<Scores> };

/** What a program on any machine does that knows the address and the key. */
export async function play(address: string, authKey: string, player: string): Promise<void> {
  await using game = await Manager.connect(address, { authKey }) as Game;
  const shared = game.scores();
  for (const points of [1, 2, 3]) await shared.add(player, points);
}

if (import.meta.main) {
  const authKey = generateAuthKey(); // keep it where secrets are kept
  await using manager = new Manager({ address: "127.0.0.1:0", authKey });
  const getScores = manager.register("scores", theScores);
  const address = await manager.address;

  // Here the other programs are children. They get what any program would have to be given.
  const players = ["Ann", "Bob"].map((name) =>
    new Process({ target: play, args: [address, authKey, name] })
  );
  for (const player of players) player.start();
  for (const player of players) await player.join();
  const results = [...await getScores().all()].sort();
  console.log(results.map(([player, points]) => `${player}: ${points}`).join(", "));
}
