import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals } from "@std/assert";
import { noLeaks, runProgram, runtime } from "../harness.ts";

const program = new URL("programs/thread_output.ts", import.meta.url);
/** Its threads write by themselves. */
const isDeno = runtime === "deno";
const lines = (stream: string): string[] => Array.from({ length: 500 }, (_, i) => `${stream} ${i}`);

/** Runs the program, which exits as soon as its thread has ended, and gives what that printed. */
async function printed(what: string): Promise<{ stdout: string[]; stderr: string[] }> {
  const { code, stdout, stderr, output } = await runProgram(program, { args: [what] });
  assertEquals(code, 0, output);
  const [out, err] = [stdout, stderr].map((text) => text.split("\n"));
  return {
    stdout: out!.filter((line) => line.startsWith("out ")),
    stderr: err!.filter((line) => line.startsWith("err ")),
  };
}

describe("All that a thread has printed is there", () => {
  noLeaks();

  const ends = {
    "when it ended by itself": "ends",
    "when it ended by process.exit()": "exits",
    "when it ended of an error": "throws",
    "when it was terminated": "is terminated",
    "when it was terminated, and never yields": "is terminated while it spins",
    "when it was killed": "is killed",
    "when its pool was closed and joined": "pool: close",
    "when its pool was terminated": "pool: terminate",
    "when its pool was terminated while it was busy": "pool: terminate busy",
    "when its pool ended it by an abort": "pool: abort",
    "when a thread of its own has printed it": "nested",
  };
  for (const [name, what] of Object.entries(ends)) {
    it(name, async () => {
      const { stdout, stderr } = await printed(what);
      assertEquals(stdout, lines("out"));
      assertEquals(stderr, lines("err"));
    });
  }

  it("in whatever form, and in its order", async () => {
    const { code, stdout, output } = await runProgram(program, { args: ["forms"] });
    assertEquals(code, 0, output);
    assertEquals(stdout, "text\nbytes\n\u00e9\nhex\nconsole\ncorked 1\ncorked 2\ncalled back\n");
  });

  it("where its parent's write never calls back", async () => {
    const { code, stdout, output } = await runProgram(program, { args: ["swallowed"] });
    assertEquals(code, 0, output);
    assertEquals(stdout, isDeno ? lines("out").join("\n") + "\n" : "");
  });

  it("where the thread's program, or its parent's, has put something in the stream's place", async () => {
    const { code, stdout, output } = await runProgram(program, { args: ["patched"] });
    assertEquals(code, 0, output);
    assert(stdout.includes("THREAD: hello"), output);
    if (!isDeno) assert(stdout.includes("PARENT: THREAD: hello"), output);
  });
});
