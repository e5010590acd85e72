import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { linesOf, methods } from "../harness.ts";

const program = new URL("programs/lifetime.ts", import.meta.url);

for (const method of methods) {
  describe(`A program with an executor [${method}]`, () => {
    const run = (what: string): Promise<string[]> =>
      linesOf(program, { args: [method, what], timeout: 30_000 });
    const end = "main has ended";

    it("ends although the executor was only dropped, and nobody waits any more", async () => {
      const runs = [run("dropped"), run("given up")];
      assertEquals(await Promise.all(runs), [[end], ["TimeoutError", end]]);
    });

    it("lives as long as somebody waits for a future, or for what was shut down", async () => {
      const [waited, down] = await Promise.all([run("waited for"), run("shut down")]);
      assertEquals([waited[0], waited.sort()], [end, ["1", "36", "4", "9", end, "true"]]);
      assertEquals(down, [end, "done"]);
    });
  });
}
