/** Whether the real `@std` can be had: whether JSR (or what `JSR_URL` names) answers. */

import { runCommand } from "../../tests/command.ts";
import { root } from "../toolchain.mjs";
import type { Std } from "./test_commands.ts";

/** Asks for one package, for less than two seconds. */
export async function probeStd(deno: string): Promise<Std> {
  const args = ["info", "--json", "--no-lock", "jsr:@std/assert@^1"];
  const { code, stdout, timedOut } = await runCommand(deno, args, { cwd: root, timeout: 1800 });
  // `deno info` succeeds for what it could not load, too, and says so inside.
  return code === 0 && !timedOut && !/"error":/.test(stdout) ? "real" : "standin";
}
