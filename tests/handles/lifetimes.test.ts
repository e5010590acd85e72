import { describe, it } from "@std/testing/bdd";
import { assertLess } from "@std/assert";
import { linesOf, methods, runtime } from "../harness.ts";

const program = new URL("programs/lifetimes.ts", import.meta.url);
const flags = runtime === "node"
  ? ["--expose-gc"]
  : runtime === "deno"
  ? ["-A", "--v8-flags=--expose-gc"]
  : [];

const ways: Record<string, string> = {
  tasks: "that tasks were given",
  results: "that tasks have returned",
  requests: "that were sent in a queue's items",
  unread: "that items carry which nobody reads",
  manager: "that a manager's server was given",
  killed: "that a child held when it was killed",
};

for (const method of methods) {
  describe(`The memory of what is dropped [${method}]`, () => {
    for (const [way, which] of Object.entries(ways)) {
      it(`is used again: of handles ${which}`, async () => {
        const [growth] = await linesOf(program, { flags, args: [method, way] });
        // In bytes for each queue: one that stays takes over 65,536. A few rest, or were not collected yet.
        assertLess(Number(growth), 20_000);
      });
    }
  });
}
