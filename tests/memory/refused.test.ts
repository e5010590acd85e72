// @runs-on every: Node 26 maps memory by itself

/** Threads where the system gives less memory than it is asked for. */

import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { linesOf, rounds, runtime } from "../harness.ts";

const program = new URL("programs/refused.ts", import.meta.url);

describe("A program that is refused memory", () => {
  it("shares what it can get between threads", async () => {
    const [size, ...rest] = await linesOf(program, { args: ["little", `${2 ** 21}`] });
    assertEquals([size, ...rest], [
      `${2 ** 20} true`,
      `RangeError: Cannot allocate ${2 ** 20 + 40} bytes as the ${
        2 ** 20
      } bytes that children share are used up`,
      "RangeError",
    ]);
  });

  // With such a limit Deno does not start at all, and Node's threads not always, whatever is
  // shared.
  const bearsLimit = process.platform === "linux" && runtime === "bun";
  it("leaves its threads what they need of a limit", { ignore: !bearsLimit }, async () => {
    const before = ["sh", "-c", 'ulimit -v 2800000 && exec "$@"', "sh"];
    assertEquals(await linesOf(program, { args: ["limited", `${2 ** 30}`], before }), [
      "[ 1, 4, 9 ]",
      "done true",
    ]);
  });

  it("starts threads that share nothing, and has pools of them", async () => {
    const why =
      `RangeError: Cannot share memory between threads as the system refuses even ${
        2 ** 20
      } bytes: ` +
      "raise the limit of this program's memory (ulimit -v, or the container's)";
    assertEquals(await linesOf(program, { args: ["nothing", `${2 ** 19}`] }), [
      "[ 1, 4, 9 ]",
      why,
      why,
      "true 0",
      "true true",
    ]);
  });

  it("finds room in one piece where many small items were", async () => {
    const lines = await linesOf(program, { args: ["rejoin", `${2 ** 22}`] });
    assertEquals(lines, ["true true", "true true", "true true"]);
  });

  it("makes large blocks of small ones again, and none of those that others may know", async () => {
    for (let round = 0; round < rounds(1); round++) {
      const seed = Math.floor(Math.random() * 2 ** 31);
      const lines = await linesOf(program, { args: ["churn", `${2 ** 20}`, `${seed}`] });
      assertEquals(lines, ["all was whole"], `seed ${seed}`);
    }
  });
});
