/** What runtimes are called where people read of them. */

import type { Method } from "./row.ts";

const names: Readonly<Record<string, string>> = {
  deno: "Deno",
  bun: "Bun",
  node24: "Node 24",
  node26: "Node 26",
  python: "Python",
};

/** The name of a runtime. */
export const nameOf = (on: string): string => names[on] ?? on;

/** The start method that a runtime has by default. */
export const defaultMethod = (on: string): Method => on === "deno" ? "worker" : "process";
