/**
 * Deno's global object, and what the program may do there.
 *
 * @module
 * @internal
 */

import type { PermissionSet } from "../runtime.ts";

/** The part of Deno's API that is used here. */
export interface DenoGlobal {
  readonly mainModule: string;
  readonly build: { readonly standalone: boolean };
  readonly permissions: {
    querySync(descriptor: { name: string; command?: string }): { state: string; partial?: boolean };
    requestSync(descriptor: { name: string; host: string }): { state: string };
  };
}

/** Deno's global object; only to be called on Deno. */
export const deno = (): DenoGlobal => (globalThis as unknown as { Deno: DenoGlobal }).Deno;

/** Whether all of a permission is granted, without asking the user. */
export function granted(name: string): boolean {
  const { state, partial } = deno().permissions.querySync({ name });
  return state === "granted" && partial !== true;
}

/** What Deno asks permission for. */
export const permissionNames: readonly (keyof PermissionSet)[] = [
  ...["read", "write", "net", "env", "run", "sys", "ffi", "import"] as const,
];

/** Whether a program may be run, without asking the user. */
export function mayRun(command: string): boolean {
  return deno().permissions.querySync({ name: "run", command }).state === "granted";
}

/** Whether a program may listen at `host:port`; asks the user, as listening would. */
export function requestHost(host: string): boolean {
  return deno().permissions.requestSync({ name: "net", host }).state === "granted";
}
