/** The types of what is public, as TypeScript itself checks them in a program for Node. */

import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runCommand } from "./command.ts";
import { runtime } from "./harness.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

describe("The package's types", () => {
  // They are the same everywhere; the compiler takes its time.
  const check = runtime === "node" ? it : it.ignore;

  check("need no types of the web, and tell a process' arguments by its target", async () => {
    const words = [path("../node_modules/typescript/bin/tsc"), "-p", path("programs/types")];
    const { stdout, code } = await runCommand(process.execPath, words, { timeout: 110_000 });
    assertEquals([stdout, code], ["", 0]);
  });
});
