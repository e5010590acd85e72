import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { runProgram } from "../harness.ts";
import { Folder, until } from "../process/scratch.ts";

const program = new URL("programs/listens.ts", import.meta.url);

it("Folders of sockets that killed programs have left are removed by the next, and no others", async () => {
  if (process.platform === "win32") return;
  using folder = new Folder();
  const temporary = folder.file("tmp");
  fs.mkdirSync(temporary);
  const run = (how: string): Promise<string> =>
    runProgram(program, { args: [how], env: { TMPDIR: temporary } }).then(({ stdout }) => stdout);
  const names = (): string[] => fs.readdirSync(temporary).sort();
  for (let i = 0; i < 2; i++) assertEquals(await run("die"), "listens\n");
  const left = names();
  assertEquals(left.length, 2);
  const past = new Date(Date.now() - 3_600_000);
  // One is old; the other may be of a program that begins to listen just now.
  fs.utimesSync(path.join(temporary, left[0]!), past, past);
  fs.mkdirSync(path.join(temporary, "nproc-notours"));
  fs.utimesSync(path.join(temporary, "nproc-notours"), past, past);
  assertEquals(await run("end"), "listens\n");
  await until(() => names().length === 2, "it is removed");
  assertEquals(names(), [left[1], "nproc-notours"].sort());
});
