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
import type { Permissions, PermissionSet } from "./runtime.ts";

/** The part of Deno's API that is used here. */
export interface DenoGlobal {
  readonly mainModule: string;
  readonly permissions: {
    querySync(descriptor: { name: string; command?: string }): { state: string; partial?: boolean };
  };
}

/** Deno's global object; only to be called on Deno. */
export const deno = (): DenoGlobal => (globalThis as unknown as { Deno: DenoGlobal }).Deno;

const names = ["read", "write", "net", "env", "run", "sys", "ffi", "import"] as const;

/** Whether all of a permission is granted, without asking the user. */
export function granted(name: string): boolean {
  const { state, partial } = deno().permissions.querySync({ name });
  return state === "granted" && partial !== true;
}

/** Whether a program may be run, without asking the user. */
export function mayRun(command: string): boolean {
  return deno().permissions.querySync({ name: "run", command }).state === "granted";
}

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
    if (word === "--" || (i > 0 && !word.startsWith("-"))) break;
    const kind = moduleFlag.test(word) ? "modules" : permissionFlag.test(word) ? "permissions" : "";
    if (kind === "") continue;
    flags[kind].push(word);
    if (valueFlag.test(word)) flags[kind].push(commandLine[++i] ?? "");
  }
  return flags;
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

const grantedFlags = (): string[] =>
  names.every(granted) ? ["-A"] : names.filter(granted).map((name) => `--allow-${name}`);

function flagsOf(set: PermissionSet): string[] {
  return names.flatMap((name) => {
    const value = set[name];
    if (value === "inherit") return granted(name) ? [`--allow-${name}`] : [];
    if (value === true) return [`--allow-${name}`];
    if (!Array.isArray(value) || value.length === 0) return [];
    const members = value.map((member: string | URL) =>
      member instanceof URL ? decodeURIComponent(member.pathname) : member
    );
    return [`--allow-${name}=${members.join(",")}`];
  });
}

/** The flags to start a child process with. */
export function childFlags(permissions: Permissions = "inherit"): string[] {
  const own = ownFlags();
  const modules = own?.modules ?? [];
  if (permissions === "inherit") return [...modules, ...(own?.permissions ?? grantedFlags())];
  const asked = permissions === "none" ? [] : flagsOf(permissions);
  return [...modules, "--no-prompt", ...asked];
}

/** Whether this program was started with a flag. */
export function hasFlag(flag: string): boolean {
  return ownFlags()?.modules.includes(flag) ?? false;
}
