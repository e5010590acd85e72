// @runs-on every: Node 26 maps memory by itself

/** Programs whose /dev/shm others fill: none dies of it. */

import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { linesOf } from "../harness.ts";
import { mayMount, whyIgnored, withSharedMemory } from "../small_memory.ts";

const program = new URL("programs/small.ts", import.meta.url);

const toDo = "make it larger (Docker: --shm-size=1g; Kubernetes: an emptyDir of medium Memory)";
const where = `in /dev/shm of # bytes: ${toDo}`;

const run = (what: string): Promise<string[]> =>
  linesOf(program, { args: [what], before: withSharedMemory("2g") });

// At first it has room for all that children may share, then others take it.
describe(`A program whose /dev/shm becomes full${whyIgnored}`, { ignore: !mayMount }, () => {
  it("waits for room, tells where there is none, and goes on", async () => {
    const why = `the system has no more memory ${where}`;
    assertEquals(await run("whenFull"), [
      `true true Full: Cannot put an item as there was no memory for it: ${why}`,
      `Full: Cannot put an item as there was no memory for it for 20 ms: ${why}`,
      `Full: Cannot put an item as there was no memory for it for 20 ms: ${why}`,
      "Error: enough",
      `RangeError: Cannot allocate # bytes as ${why}`,
      `RangeError: Cannot create the shared memory "large" as there are no # bytes left ${where}`,
      "",
      "2 true true",
      "true true",
      "done true",
    ]);
  });

  it("sends when there is room", async () => {
    assertEquals(await run("sending"), ["true false 3000000 3000000 0"]);
  });

  it("loses nothing but what a killed process was writing", async () => {
    assertEquals(await run("killing"), ["true true true"]);
  });
});
