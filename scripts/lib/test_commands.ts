/** How each runtime runs one test file, and how what it prints tells the number of test cases. */

import fs from "node:fs";
import { pathToFileURL } from "node:url";
import { root } from "../toolchain.mjs";

/** Which `@std` the tests import. */
export type Std = "real" | "standin";

/** The test cases of one file. */
export interface Counts {
  passed: number;
  failed: number;
  ignored: number;
}

/** A run of one file. */
export interface TestCommand {
  args: string[];
  count(output: string): Counts | undefined;
}

const standins = root + "tests/std/";

/** The command for a file; `scratch` is a path that it may write to. */
export function testCommand(runtime: string, file: string, std: Std, scratch: string): TestCommand {
  if (runtime === "deno") {
    const map = std === "real" ? [] : [`--import-map=${standins}import_map.json`];
    const args = ["test", "-A", "--no-check", ...map, `--junit-path=${scratch}`, file];
    return { args, count: () => countJUnit(scratch, std) };
  }
  if (runtime === "bun") {
    // Bun ends a test after 5 seconds unless told otherwise; the whole file has its limit here.
    return { args: ["test", "--timeout=600000", "./" + file], count: countBun };
  }
  const hook = pathToFileURL(standins + "register.mjs").href;
  return { args: ["--import", hook, file], count: countNode };
}

/** A line with a number before or after a word, the last one there is. */
function number(output: string, pattern: RegExp): number | undefined {
  const found = [...output.matchAll(pattern)].at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
}

function countBun(output: string): Counts | undefined {
  const passed = number(output, /^ *(\d+) pass$/gm);
  if (passed === undefined) return undefined;
  const failed = number(output, /^ *(\d+) fail$/gm) ?? 0;
  return { passed, failed, ignored: number(output, /^ *(\d+) skip$/gm) ?? 0 };
}

function countNode(output: string): Counts | undefined {
  const passed = number(output, /^ℹ pass (\d+)$/gm);
  if (passed === undefined) return undefined;
  const failed = number(output, /^ℹ fail (\d+)$/gm) ?? 0;
  const cancelled = number(output, /^ℹ cancelled (\d+)$/gm) ?? 0;
  const ignored = number(output, /^ℹ skipped (\d+)$/gm) ?? 0;
  return { passed, failed: failed + cancelled, ignored };
}

function countJUnit(report: string, std: Std): Counts | undefined {
  if (!fs.existsSync(report)) return undefined;
  const cases = fs.readFileSync(report, "utf8").split(/(?=<testcase )/).slice(1);
  const names = cases.map((xml) => xml.match(/ name="([^"]*)"/)?.[1] ?? "");
  // With the real `bdd` a suite is a test too, and what is in it are its steps.
  const isSuite = (name: string): boolean =>
    std === "real" && names.some((other) => other.startsWith(`${name} &gt; `));
  const counts: Counts = { passed: 0, failed: 0, ignored: 0 };
  for (const [i, xml] of cases.entries()) {
    if (isSuite(names[i]!)) continue;
    counts[
      /<(failure|error)/.test(xml) ? "failed" : xml.includes("<skipped") ? "ignored" : "passed"
    ]++;
  }
  return counts;
}
