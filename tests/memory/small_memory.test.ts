// @runs-on one: it takes long

/** Programs in a container, which has little memory in /dev/shm: none dies of it. */

import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { linesOf } from "../harness.ts";
import { mayMount, whyIgnored, withSharedMemory } from "../small_memory.ts";

const program = new URL("programs/small.ts", import.meta.url);

const toDo = "make it larger (Docker: --shm-size=1g; Kubernetes: an emptyDir of medium Memory)";
const where = `in /dev/shm of # bytes: ${toDo}`;

const run = (size: string, what: string): Promise<string[]> =>
  linesOf(program, { args: [what], before: withSharedMemory(size) });

describe(`A program whose /dev/shm is small${whyIgnored}`, { ignore: !mayMount }, () => {
  for (const size of ["64m", "4m"]) {
    it(`of ${size} has 200 MB in a queue`, async () => {
      assertEquals(await run(size, "queueing"), ["200 true", "200000000"]);
    });

    it(`of ${size} gives 100 MB to a process, and shares values afterwards`, async () => {
      assertEquals(await run(size, "argument"), ["0 100000000 done", "true true"]);
    });

    it(`of ${size} has pools, and all they can do, also when it is full`, async () => {
      assertEquals(await run(size, "pool"), [
        "true 65536",
        "1000",
        "WorkerLostError",
        "9",
        `RangeError: Cannot create the shared memory "none" as there are no # bytes left ${where}`,
        "done",
      ]);
    });
  }
});
