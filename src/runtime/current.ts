/**
 * The adapter of the runtime that this is, and what the layers above ask of it.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import os from "node:os";
import process from "node:process";
import { bun } from "./bun/adapter.ts";
import { deno } from "./deno/adapter.ts";
import { leaveLateExits } from "./deno/late_exit.ts";
import { capabilities, forRuntime } from "./capabilities.ts";
import { mayUseFiles } from "./memory_file.ts";
import { isRefusal } from "./refusal.ts";
import { node } from "./node/adapter.ts";
import { ProcessLink } from "./process_link.ts";
import type { ParentLink, Permissions, Runtime } from "./runtime.ts";
import type { StartMethod } from "./start_method.ts";
import { createScratch, type Scratch } from "./scratch.ts";
import { ThreadLink } from "./thread.ts";

/** The adapter of the runtime that this program runs on. */
export const runtime: Runtime = forRuntime({ deno, bun, node });

/** Opens the link to the parent. A child does so once, when it starts. */
export function openParentLink(method: StartMethod): ParentLink {
  if (method !== "worker") return new ProcessLink();
  if (capabilities.threadsOutliveTheirEnd) leaveLateExits();
  return new ThreadLink();
}

/** The operating system's id of this process. */
export function osPid(): number {
  return process.pid;
}

/** The operating system's id of the process that started this one. */
export function parentOsPid(): number {
  return process.ppid;
}

/**
 * Whether a process has ended, as far as the system shows it: also one whose parent is too busy to
 * take note of it.
 */
export function hasProcessEnded(pid: number): boolean {
  if (process.platform !== "linux" || !capabilities.permits("read")) return false;
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    // Behind the name, which is in parentheses and may hold some: proc_pid_stat(5).
    return /^\) [ZX]/.test(stat.slice(stat.lastIndexOf(")")));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return "code" in error && (error.code === "ENOENT" || error.code === "ESRCH");
  }
}

/** Makes the scratch of a child that is to be started; `undefined` where none is to be had. */
export function newScratch(
  method: StartMethod,
  permissions: Permissions | undefined,
  size: number,
): Scratch | undefined {
  // A child that has permissions of its own may not open a file of ours.
  const inherits = permissions === undefined || permissions === "inherit";
  return createScratch(method, size, inherits && mayUseFiles());
}

/** The number of processors that the scheduler lets this program use, at least 1. */
export function availableProcessors(): number {
  return Math.max(1, os.availableParallelism?.() ?? os.cpus().length);
}

/** An environment variable; `undefined` also where this program may not read it. */
export function environmentVariable(name: string): string | undefined {
  if (!capabilities.permits("env")) return undefined;
  return process.env[name];
}

/** Ends this child. What it posted before is lost unless the link was drained. */
export function exitChild(code: number): never {
  process.exit(code);
}

/** Makes `code` the exit code of a child that ends by itself; an earlier one of its own stays. */
export function setExitCode(code: number): void {
  process.exitCode ??= code;
}

/** Calls `handler` for each error that nothing in this child caught. */
export function onUncaught(handler: (error: unknown) => void): void {
  process.on("uncaughtException", handler);
  process.on("unhandledRejection", handler);
  if (capabilities.reportsErrorsAsEvents) {
    const target = globalThis as unknown as EventTarget;
    target.addEventListener("error", (event) => handler((event as { error?: unknown }).error));
  }
}
