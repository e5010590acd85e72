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

/** How to run a file. */
export interface TestCommandOptions {
  std: Std;
  /** The file that Deno writes its report to. */
  report: string;
  /** A text that the names of the tests to run contain. */
  filter: string | undefined;
}

/** The command for a file. */
export function testCommand(
  runtime: string,
  file: string,
  { std, report, filter }: TestCommandOptions,
): TestCommand {
  if (runtime === "deno") {
    const map = std === "real" ? [] : [`--import-map=${standins}import_map.json`];
    // Deno reads a text between slashes as a regular expression, as the other two always do.
    const only = filter === undefined ? [] : [`--filter=/${escaped(filter)}/`];
    const args = ["test", "-A", "--no-check", ...map, `--junit-path=${report}`, ...only, file];
    return { args, count: () => countJUnit(report, std, filter !== undefined) };
  }
  if (runtime === "bun") {
    const only = filter === undefined ? [] : [`--test-name-pattern=${escaped(filter)}`];
    // Bun ends a test after 5 seconds unless told otherwise; the whole file has its limit here.
    return { args: ["test", "--timeout=600000", ...only, "./" + file], count: countBun };
  }
  const hook = pathToFileURL(standins + "register.mjs").href;
  const only = filter === undefined ? [] : [`--test-name-pattern=${escaped(filter)}`];
  return { args: ["--import", hook, ...only, file], count: countNode };
}

/** A regular expression that matches the text itself, in JavaScript's syntax and in Rust's. */
const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** A line with a number before or after a word, the last one there is. */
function number(output: string, pattern: RegExp): number | undefined {
  const found = [...output.matchAll(pattern)].at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
}

function countBun(output: string): Counts | undefined {
  if (/^error: regex .* matched 0 tests/m.test(output)) return { passed: 0, failed: 0, ignored: 0 };
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

function countJUnit(report: string, std: Std, isFiltered: boolean): Counts | undefined {
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
  // In the report a test that the filter left out looks like an ignored one.
  if (isFiltered) counts.ignored = 0;
  return counts;
}
