/**
 * What an example must show. A folder of examples has its checks in a file of the same name under
 * `_checks/`: whoever adds an example adds its check there, and nothing else has to know of it.
 */

import assert from "node:assert/strict";
import fs from "node:fs";

/** How an example ran. */
export interface Run {
  /** What it printed, line by line. */
  lines: string[];
  /** What it said on standard error. */
  stderr: string;
  code: number;
  /** Milliseconds, with the start of the runtime. */
  duration: number;
  /** How many times as fast as its document it was asked to be. */
  speed: number;
}

/** Throws unless an example showed what it must. */
export type Check = (run: Run) => void;

/** The check of an example that is to say something on standard error, too. */
export interface LoudCheck {
  stderr: RegExp;
  check: Check;
}

/** The checks of a folder, by the names of the files in it. */
export type Checks = Readonly<Record<string, Check | LoudCheck>>;

/** The examples by their paths without ".ts". What begins with "_" is none. */
export function examples(): string[] {
  return fs.readdirSync(new URL(".", import.meta.url), { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts") && !/(^|\/)_/.test(file))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

/** Checks a run of an example; fails for one that has no check, too. */
export async function checkExample(name: string, run: Run): Promise<void> {
  const [folder, file = name] = name.split("/");
  const { checks } = await import(`./_checks/${folder}.ts`) as { checks: Checks };
  const found = Object.hasOwn(checks, file) ? checks[file] : undefined;
  assert.ok(found, `examples/_checks/${folder}.ts has no check of ${name}`);
  const { check, stderr } = typeof found === "function" ? { check: found, stderr: /^$/ } : found;
  check(run);
  assert.match(run.stderr, stderr, "standard error");
  assert.equal(run.code, 0, "exit code");
}

/** The names of checks whose examples are gone. */
export async function strayChecks(): Promise<string[]> {
  const known = new Set(examples());
  const files = fs.readdirSync(new URL("_checks/", import.meta.url));
  const names = await Promise.all(files.map(async (file) => {
    const { checks } = await import(`./_checks/${file}`) as { checks: Checks };
    const folder = file.slice(0, -".ts".length);
    return Object.keys(checks).map((name) => name === folder ? name : `${folder}/${name}`);
  }));
  return names.flat().filter((name) => !known.has(name));
}

/** The groups of a line; fails if the line is not of this form. */
export function groups(line: string | undefined, form: RegExp): string[] {
  const match = line?.match(form);
  assert.ok(match, `${JSON.stringify(line)} must be of the form ${form}`);
  return match.slice(1);
}

/** Takes the lines of this form out of a list, and gives the groups of each. */
export function take(lines: string[], form: RegExp): string[][] {
  const found = lines.filter((line) => form.test(line)).map((line) => groups(line, form));
  lines.splice(0, Infinity, ...lines.filter((line) => !form.test(line)));
  return found;
}

/** How many different values there are. */
export function distinct(values: Iterable<unknown>): number {
  return new Set(values).size;
}

/** The numbers from 0 to below `end`, as a program prints them. */
export function numbers(end: number): string[] {
  return Array.from({ length: end }, (_, i) => String(i));
}

/** The squares of the numbers from 0 to below `end`, as a program prints them. */
export function squares(end: number): string[] {
  return Array.from({ length: end }, (_, i) => String(i ** 2));
}
