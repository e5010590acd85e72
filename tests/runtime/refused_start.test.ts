import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { linesOf, methods, runtime } from "../harness.ts";

const program = new URL("programs/refused_start.ts", import.meta.url);
const isLinux = process.platform === "linux";

for (const method of methods) {
  // A thread takes no descriptor on Bun.
  const ignore = !isLinux || (runtime === "bun" && method === "worker");
  describe(`A program that has no descriptors left [${method}]`, { ignore }, () => {
    const run = (what: string): Promise<string[]> =>
      linesOf(program, {
        args: [method, what],
        before: ["sh", "-c", 'ulimit -n 128 && exec "$@"', "sh"],
      });

    it("has processes end with an error, and keeps nothing of them", async () => {
      assertEquals(await run("processes"), ["0", "true true", "0 0"]);
    });

    it("has a pool give up with the reason, and keeps nothing of it", async () => {
      assertEquals(await run("pools"), [
        "4",
        "true The pool has given up",
        method === "worker" && runtime === "node"
          ? "Worker initialization failure: EMFILE"
          : "Cannot start #",
        "true",
        "true",
      ]);
    });

    it("has a pool that works once it has some again", async () => {
      assertEquals(await run("later"), ["9"]);
    });
  });
}
