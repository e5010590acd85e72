import { spawn } from "node:child_process";
import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { noLeaks } from "../harness.ts";
import { isRunning, until } from "../process/scratch.ts";
import { runtimeCommand } from "./runtime_command.ts";

describe("A parent that is killed", () => {
  noLeaks();

  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    it(`by ${signal} leaves no child: idle, waiting or busy`, async () => {
      const [command, ...args] = runtimeCommand(new URL("programs/parent.ts", import.meta.url));
      const parent = spawn(command!, args, { stdio: ["ignore", "pipe", "inherit"] });
      const ended = new Promise((resolve) => parent.once("close", resolve));
      const said: number[] = [];
      parent.stdout.setEncoding("utf8").on("data", (text: string) => {
        said.push(...text.split("\n").filter((line) => line !== "").map(Number));
      });
      try {
        await until(() => said.length === 7, "all seven children have begun");
        assertEquals(said.map(isRunning), said.map(() => true));
        parent.kill(signal);
        await until(() => !said.some(isRunning), "no child is left");
        await ended;
      } finally {
        parent.kill("SIGKILL");
        for (const pid of said.filter(isRunning)) process.kill(pid, "SIGKILL");
      }
    });
  }
});
