// @runs-on one: it takes long

import { it } from "@std/testing/bdd";
import { assertLess } from "@std/assert";
import { linesOf, methods, stress } from "../harness.ts";

const program = new URL("programs/lifetimes.ts", import.meta.url);
const ways: Record<string, string> = {
  tasks: "that tasks were given",
  results: "that tasks have returned",
  requests: "that were sent in a queue's items",
  unread: "that items carry which nobody reads",
  manager: "that a manager's server was given",
  killed: "that a child held when it was killed",
};

// Each way takes seconds: by turns with this start method and that one, but in a long run with
// both.
for (const [i, [way, which]] of Object.entries(ways).entries()) {
  for (const method of stress ? methods : [methods[i % 2]!]) {
    it(`Memory is used again: of handles ${which} [${method}]`, async () => {
      const [growth] = await linesOf(program, { args: [method, way] });
      // In bytes for each queue: one that stays takes over 65,536. A few rest, or were not
      // collected yet.
      assertLess(Number(growth), 20_000);
    });
  }
}
