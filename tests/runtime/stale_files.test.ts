import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { linesOf } from "../harness.ts";

const folder = "/dev/shm";
const program = new URL("programs/memory_file.ts", import.meta.url);
/** The process id of a program that has ended. */
const endedPid = (): number => spawnSync("true").pid;

it("Names of files in memory that killed programs have left are removed by the next, and no others", async () => {
  if (process.platform !== "linux" || !fs.existsSync(folder)) return;
  const made: string[] = [];
  const make = (pid: number, { content = "", age = 3600, end = "" } = {}): string => {
    const file = path.join(folder, `nproc-${pid}-${crypto.randomUUID()}${end}`);
    fs.writeFileSync(file, content);
    const past = new Date(Date.now() - 1000 * age);
    fs.utimesSync(file, past, past);
    made.push(file);
    return file;
  };
  try {
    const stale = [make(endedPid()), make(endedPid())];
    const others = [
      make(process.pid),
      make(endedPid(), { content: "a byte" }),
      make(endedPid(), { end: "-notours" }),
      // It may belong to a program in another container, which does not see this program's
      // processes either.
      make(endedPid(), { age: 20 }),
    ];
    await linesOf(program);
    assertEquals(stale.filter((file) => fs.existsSync(file)), []);
    assertEquals(others.filter((file) => !fs.existsSync(file)), []);
  } finally {
    for (const file of made) fs.rmSync(file, { force: true });
  }
});
