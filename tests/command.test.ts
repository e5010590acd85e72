import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import process from "node:process";
import { runCommand } from "./command.ts";
import { linesOf, runProgram } from "./program.ts";

const echo = new URL("programs/echo.ts", import.meta.url);

describe("runCommand()", { ignore: process.platform === "win32" }, () => {
  it("tells the exit code, the signal and what was said", async () => {
    const said = await runCommand("sh", ["-c", "echo out; echo err >&2; exit 3"]);
    assertEquals([said.code, said.stdout, said.stderr], [3, "out\n", "err\n"]);
    assertEquals((await runCommand("sh", ["-c", "kill -9 $$"])).code, -9);
  });

  it("kills the whole group when its time is over", async () => {
    const result = await runCommand("sh", ["-c", "sleep 30 & echo begun; sleep 30"], {
      timeout: 200,
    });
    assert(result.timedOut);
    assertEquals(result.stdout, "begun\n");
    assert(result.duration < 10_000);
  });

  it("finds what is left behind", async () => {
    const result = await runCommand("sh", ["-c", "sleep 31 &"], { grace: 300 });
    if (process.platform === "linux") assertEquals(result.leftovers, ["sleep 31 (state S)"]);
  });

  it("rejects when there is no such command", async () => {
    await assertRejects(() => runCommand("./no-such-command", []));
  });
});

describe("runProgram()", () => {
  it("passes arguments and input, and tells the exit code", async () => {
    const result = await runProgram(echo, { args: ["a b", "c"], input: "text" });
    assertEquals(JSON.parse(result.stdout), { args: ["a b", "c"], input: "text" });
    assertEquals((await runProgram(echo, { args: ["exit", "7"] })).code, 7);
  });

  it("fails with what was said when its time is over", async () => {
    const error = await assertRejects(
      () => runProgram(echo, { args: ["hang"], timeout: 1500 }),
      Error,
      "time was over",
    );
    assertStringIncludes(error.message, "about to hang");
  });
});

describe("linesOf()", () => {
  it("gives lines, and fails when the program does", async () => {
    assertEquals((await linesOf(echo)).length, 1);
    await assertRejects(() => linesOf(echo, { args: ["exit", "1"] }), Error, "exit code 1");
  });
});
