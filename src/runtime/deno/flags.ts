/**
 * The flags of `deno run` that a child needs to see the program as its parent does: permissions,
 * configuration, import map, unstable features. Deno tells a program nothing of its own flags
 * (`process.execArgv` is empty), so they are read from the command line where the system shows it,
 * and made from the permissions that were granted where it does not.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { granted, permissionNames } from "./permissions.ts";
import { launch } from "../launch.ts";
import type { Permissions, PermissionSet } from "../runtime.ts";

const permissionFlag =
  /^(-[A-Za-z]*[ARWNESI]|--(allow|deny|ignore)-(?!scripts)|--no-prompt|-P|--permission-set)/;
const moduleFlag =
  /^(-c|--config|--no-config|--import-map|--node-modules-dir|--vendor|--unstable|--v8-flags|--conditions|--preload|--require|--no-remote|--no-npm|--cached-only|--no-lock|--lock|--frozen|--cert|--location|--seed|--unsafely)/;
/** Flags that may have their value as the next argument. */
const valueFlag =
  /^(-c|--config|--import-map|--lock|--cert|--location|--seed|--conditions|--preload|--require)$/;

interface Flags {
  readonly permissions: string[];
  readonly modules: string[];
}

/** Sorts the flags of a command line (without the program's own name and arguments). */
export function sortFlags(commandLine: readonly string[]): Flags {
  const flags: Flags = { permissions: [], modules: [] };
  for (let i = 0; i < commandLine.length; i++) {
    const word = commandLine[i]!;
    // Behind the program, which may be that of standard input, are its own arguments.
    if (word === "--" || word === "-" || (i > 0 && !word.startsWith("-"))) break;
    const kind = moduleFlag.test(word) ? "modules" : permissionFlag.test(word) ? "permissions" : "";
    if (kind === "") continue;
    if (valueFlag.test(word)) flags[kind].push(absolute(`${longName(word)}=${commandLine[++i]}`));
    else flags[kind].push(absolute(word));
  }
  return flags;
}

const longName = (flag: string) => flag === "-c" ? "--config" : flag;

/** Flags whose value is a file, or files. */
const fileFlag =
  /^(-c|--config|--import-map|--lock|--cert|--preload|--require|--(?:allow|deny|ignore)-(?:read|write|ffi))=(.*)$/;

/** A flag that means the same in any directory. */
function absolute(flag: string): string {
  const [, name, value] = fileFlag.exec(flag) ?? [];
  if (name === undefined || value === undefined) return flag;
  const files = value.split(",").map((file) =>
    /^[a-z]+:\/\//.test(file) ? file : path.resolve(launch.folder ?? "", file)
  );
  return `${longName(name)}=${files.join(",")}`;
}

function ownFlags(): Flags | undefined {
  if (!granted("read")) return undefined;
  try {
    const words = fs.readFileSync("/proc/self/cmdline", "utf8").split("\0").slice(1, -1);
    return sortFlags(words);
  } catch (error) {
    // No /proc on this system, or Deno's own refusal to read it without all permissions.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/**
 * The flag for one permission. What is not allowed is denied in so many words: Deno gives `-A` to a
 * child whose command line has no word of permissions (its compatibility with Node's flags).
 */
function flagOf(name: string, value: PermissionSet[keyof PermissionSet]): string {
  if (value === true || (value === "inherit" && granted(name))) return `--allow-${name}`;
  if (!Array.isArray(value) || value.length === 0) return `--deny-${name}`;
  const members = value.map((member: string | URL) =>
    member instanceof URL ? fileURLToPath(member) : member
  );
  return `--allow-${name}=${members.join(",")}`;
}

function permissionFlags(permissions: Permissions): string[] {
  const own = ownFlags()?.permissions ?? [];
  if (permissions === "inherit" && own.length > 0) return own;
  const set = typeof permissions === "object" ? permissions : {};
  const missing = permissions === "inherit" ? "inherit" : false;
  return ["--no-prompt", ...permissionNames.map((name) => flagOf(name, set[name] ?? missing))];
}

/** The flags to start a child process with. */
export function childFlags(permissions: Permissions = "inherit"): string[] {
  return [...(ownFlags()?.modules ?? []), ...permissionFlags(permissions)];
}
