/**
 * A child may die at every step of what it does with a record queue, and others may do something
 * meanwhile.
 */

import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertGreater } from "@std/assert";
import { Random } from "../stress/random.ts";
import { rounds } from "../harness.ts";
import {
  laterIds,
  type Op,
  Play,
  put,
  type Result,
  type Scene,
  scenes,
  take,
} from "./record_queue_scenes.ts";

const ops: readonly Op[] = [put(100), take];
const seed = Number(process.env["STRESS_SEED"] ?? 1);

/** Runs a case, and names it if it fails. */
function trying(what: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw new Error(`${what}: ${String(error)}`, { cause: error });
  }
}

/**
 * Has somebody die before each step of an operation; `then` checks what is left. Gives the number
 * of steps.
 */
function dieEverywhere(scene: Scene, op: Op, then: (play: Play, contents: number[][]) => void) {
  for (let step = 1;; step++) {
    using play = new Play(scene);
    const { model } = play;
    let hasDied = false;
    trying(`${op.kind} until step ${step} of a record queue ${scene.name}`, () => {
      hasDied = play.player().dieAt(step, (records) => play.do(records, op));
      if (!hasDied) return;
      then(play, model.afterDeath([model.ids], op));
    });
    if (!hasDied) return step - 1;
  }
}

describe("A record queue whose user dies", () => {
  for (const scene of scenes) {
    it(`is whole and goes on: one ${scene.name}`, () => {
      for (const op of ops) {
        const steps = dieEverywhere(scene, op, (play, contents) => play.check(contents));
        const isNothing = new Play(scene).model.apply(new Play(scene).model.ids, op);
        if (isNothing !== undefined && isNothing !== false) assertGreater(steps, 5);
      }
    });

    it(`is whole when the next to come puts: one ${scene.name}`, () => {
      for (const op of ops) {
        dieEverywhere(scene, op, (play, contents) => {
          const { model } = play;
          const isPut = play.player().run((records) => play.do(records, put(101)));
          const after = contents.flatMap((before) => {
            const content = [...before];
            return model.apply(content, put(101)) === isPut ? [content] : [];
          });
          play.check(after);
        });
      }
    });

    it(`counts rightly once somebody has looked in vain: one ${scene.name}`, () => {
      for (const op of ops) {
        dieEverywhere(scene, op, (play, contents) => {
          const sizes = contents.map((content) => content.length);
          const other = play.player();
          other.run((records) => {
            // Whoever would wait for the one who died sees to it that there is nothing to wait for.
            if (records.isEmpty) play.do(records, take);
            else if (records.isFull(1)) play.do(records, put(105));
            else return;
            assert(
              sizes.includes(records.size) || sizes.includes(records.size - 1),
              `${records.size}`,
            );
            assertEquals(records.isEmpty, records.size === 0);
          });
        });
      }
    });
  }

  const mended = ["that is empty again", "for one record, which was taken", "with two records"];
  for (const scene of scenes.filter(({ name }) => mended.includes(name))) {
    it(`goes on when who is about to repair it dies, too: one ${scene.name}`, () => {
      for (const [first, second] of ops.flatMap((op) => [[op, put(101)], [op, take]] as const)) {
        let hasDied = true;
        // Before each step of the first, and for each before each step of the second.
        for (let step = 1; hasDied; step++) {
          let hasDiedToo = true;
          for (let next = 1; hasDied && hasDiedToo; next++) {
            using play = new Play(scene);
            const { model } = play;
            trying(`${first.kind} until ${step}, ${second.kind} until ${next}`, () => {
              hasDied = play.player().dieAt(step, (records) => play.do(records, first));
              if (!hasDied) return;
              hasDiedToo = play.player().dieAt(next, (records) => play.do(records, second));
              if (!hasDiedToo) return;
              play.check(model.afterDeath(model.afterDeath([model.ids], first), second));
            });
          }
        }
      }
    });
  }

  it("goes on after a row of deaths", () => {
    const random = new Random(seed);
    for (let round = 0; round < rounds(1500); round++) {
      const scene = random.pick(scenes);
      using play = new Play(scene);
      const { model } = play;
      let contents = [model.ids];
      const story: string[] = [];
      trying(`seed ${seed}, round ${round}, one ${scene.name}`, () => {
        try {
          for (const id of laterIds.slice(3, 3 + random.int(2, 3))) {
            const op = random.chance(0.5) ? put(id) : take;
            const step = random.int(1, 40);
            let result: Result;
            const hasDied = play.player().dieAt(step, (records) => result = play.do(records, op));
            story.push(`${op.kind} ${hasDied ? `until ${step}` : `gave ${result}`}`);
            contents = hasDied
              ? model.afterDeath(contents, op)
              : contents.map((content) => [...content]).filter((content) =>
                model.apply(content, op) === result
              );
          }
          play.check(contents);
        } catch (error) {
          throw new Error(story.join(", "), { cause: error });
        }
      });
    }
  });
});

describe("A record queue where one puts and another takes", () => {
  /** What both get and leave, in one of the two orders. */
  const outcome = (play: Play, first: Op, second: Op) => {
    const content = play.model.ids;
    const results = [play.model.apply(content, first), play.model.apply(content, second)];
    return { results, content };
  };

  for (const scene of scenes) {
    it(`is as if one came after the other, at every step: one ${scene.name}`, () => {
      for (const [op, other] of [[ops[0]!, take], [take, ops[0]!]] as const) {
        let isReached = true;
        for (let step = 1; isReached; step++) {
          using play = new Play(scene);
          let result: Result;
          trying(`${other.kind} before step ${step} of ${op.kind}, one ${scene.name}`, () => {
            const paused = play.player().pauseAt(step, (records) => play.do(records, op), () => {
              result = play.player().run((records) => play.do(records, other));
            });
            isReached = paused.isReached;
            if (!isReached) return;
            const one = outcome(play, op, other);
            const two = outcome(play, other, op);
            two.results.reverse();
            const results = [paused.result, result];
            const possible = [one, two].filter((each) => String(each.results) === String(results));
            assert(possible.length > 0, `they gave ${results}`);
            play.check(possible.map((each) => each.content));
          });
        }
      }
    });

    it(`bears the death of one while the other is at any step: one ${scene.name}`, () => {
      const random = new Random(seed);
      for (const [op, other] of [[ops[0]!, take], [take, ops[0]!]] as const) {
        let isReached = true;
        for (let step = 1; isReached; step++) {
          using play = new Play(scene);
          const { model } = play;
          const until = random.int(1, 40);
          let hasDied = false;
          trying(`${other.kind} until ${until} before step ${step} of ${op.kind}`, () => {
            const paused = play.player().pauseAt(step, (records) => play.do(records, op), () => {
              hasDied = play.player().dieAt(until, (records) => play.do(records, other));
            });
            isReached = paused.isReached;
            // Whether it was done, and before or after: all of that may be.
            const contents = [[op], [op, other], [other, op]].map((order) => {
              const content = model.ids;
              for (const each of order) model.apply(content, each);
              return content;
            });
            if (isReached && hasDied) play.check([model.ids, ...contents]);
          });
        }
      }
    });
  }
});
