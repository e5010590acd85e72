import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals } from "@std/assert";
import { cpuCount } from "../../mod.ts";
import { runCommand } from "../command.ts";
import { runtimeCommand } from "../runtime/runtime_command.ts";

describe("cpuCount()", () => {
  it("is a whole number from 1", () => {
    assert(Number.isInteger(cpuCount()) && cpuCount() >= 1, String(cpuCount()));
  });

  it("is what the scheduler allows", { ignore: process.platform !== "linux" }, async () => {
    const command = runtimeCommand(new URL("programs/cpu_count.ts", import.meta.url));
    const { code, stdout, output } = await runCommand("taskset", ["-c", "0", ...command], {
      env: { NO_COLOR: "1" },
      timeout: 60_000,
    });
    assertEquals(code, 0, output);
    assertEquals(stdout, "1\n");
  });
});
