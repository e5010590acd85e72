// @runs-on one: many rounds take long

/**
 * Random rounds in which children are started, killed and signalled, also where the system lacks
 * what they need: nothing stays open and nothing is left. `STRESS_SEED` repeats a run,
 * `STRESS_ROUNDS` says how many rounds each of its tests has.
 */

import fs from "node:fs";
import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { linesOf, methods, runtime, stress } from "../harness.ts";
import { Folder } from "../process/scratch.ts";
import { kinds } from "./surroundings.ts";

const seed = Number(process.env["STRESS_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const given = process.env["STRESS_ROUNDS"];
const roundsToRun = Number(given ?? (stress ? 50 : 1));

/** As many rounds as a program has: the others begin anew. */
const longestRun = 25;

const program = new URL("programs/surroundings.ts", import.meta.url);

/** Has dropped pools be collected. */
const flags = {
  deno: ["-A", "--v8-flags=--expose-gc"],
  node: ["--expose-gc"],
  bun: [],
}[runtime];

const isLong = stress || given !== undefined;

/** In a run of everything there are the usual surroundings, and others: now these and now those. */
const [usual, ...others] = kinds;
const chosenKinds = isLong ? kinds : [usual!, others[seed % others.length]!];

for (const [i, { name, make, whyIgnored }] of chosenKinds.entries()) {
  const chosen = isLong ? methods : [methods[(seed + i) % 2]!];
  for (const method of chosen) {
    const suite = `Children in surroundings that are ${name}`.replace("that are a ", "with a ")
      .replace("that are few", "with few").replace("that are little", "with little");
    describe(`${suite} [${method}]${whyIgnored}`, { ignore: whyIgnored !== "" }, () => {
      it(`leave nothing, rounds: ${roundsToRun}`, async () => {
        for (let done = 0; done < roundsToRun; done += longestRun) {
          const first = seed + done;
          const count = Math.min(longestRun, roundsToRun - done);
          using surroundings = make(first);
          using folder = new Folder();
          const temporary = folder.file("temporary");
          fs.mkdirSync(temporary);
          // For who is another user there.
          for (const each of [folder.file(""), temporary]) fs.chmodSync(each, 0o777);
          const lines = await linesOf(program, {
            args: [method, `${first}`, `${count}`, name],
            before: surroundings.before,
            // Node would read every file of the package anew for each of many children.
            env: { TMPDIR: temporary, NODE_COMPILE_CACHE: folder.file("cache") },
            flags,
            timeout: 60_000 + 20_000 * count,
          });
          assertEquals(lines.at(-1), `${count} rounds`, `STRESS_SEED=${first}`);
          const left = fs.readdirSync(temporary).filter((file) => file.startsWith("nproc-"));
          assertEquals(left, [], `STRESS_SEED=${first}`);
        }
      });
    });
  }
}
