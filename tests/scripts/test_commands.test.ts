import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { type Counts, testCommand } from "../../scripts/lib/test_commands.ts";
import { root } from "../../scripts/toolchain.mjs";
import { runCommand } from "../command.ts";
import { runtime } from "../harness.ts";

const file = "tests/scripts/programs/filtered.test.ts";

/** Runs the tests of the file whose names contain a text, on this runtime. */
async function run(filter?: string): Promise<{ counts: Counts | undefined; said: string[] }> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "test-command-"));
  try {
    const report = path.join(folder, "report.xml");
    const { args, count } = testCommand(runtime, file, { std: "standin", report, filter });
    const env = { TEST_FILTER: filter, NO_COLOR: "1", FORCE_COLOR: undefined };
    const { output } = await runCommand(process.execPath, args, { cwd: root, env });
    const said = output.split("\n").filter((line) => /^(an? (apple|pear)|the fruit)/.test(line));
    return { counts: count(output), said };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

describe("the command for a test file", () => {
  it("runs all of its tests", async () => {
    const { counts, said } = await run();
    assertEquals(counts, { passed: 2, failed: 0, ignored: 1 });
    assertEquals(said, ["an apple", "a pear", "the fruit is eaten"]);
  });

  it("runs those whose names contain a text, and what belongs to their suite", async () => {
    const { counts, said } = await run("apple (1/2)");
    assertEquals(counts, { passed: 1, failed: 0, ignored: 0 });
    assertEquals(said, ["an apple", "the fruit is eaten"]);
  });

  it("takes the names of the suites around a test for parts of its name", async () => {
    const { counts } = await run("fruit > pear");
    assertEquals(counts, { passed: 1, failed: 0, ignored: 0 });
  });

  it("runs none where no name contains the text", async () => {
    const { counts, said } = await run("cherry");
    assertEquals(counts, { passed: 0, failed: 0, ignored: 0 });
    assertEquals(said, []);
  });
});
