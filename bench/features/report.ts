/** The table. */

import type { Method } from "../lib/row.ts";
import { titles } from "./titles.ts";

/** What a claim came to at one place. */
export interface Cell {
  readonly library: string;
  readonly on: string;
  readonly method: Method;
  readonly claim: string;
  readonly answer: string;
}

const kinds: Readonly<Record<Method, string>> = { worker: "threads", process: "processes" };

const names: Readonly<Record<string, string>> = {
  deno: "Deno",
  bun: "Bun",
  node24: "Node 24",
  node26: "Node 26",
  python: "CPython",
};

function groups<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  return Object.entries(Object.groupBy(items, keyOf) as Record<string, T[]>);
}

/** The one answer of all, or else the places that have said yes, and what the others said. */
function combined(cells: readonly Cell[], placeOf: (cell: Cell) => string): string {
  const answers = groups(cells, ({ answer }) => answer);
  if (answers.length === 1) return answers[0]![0];
  const isNo = ([answer]: [string, unknown]): boolean => answer !== "yes";
  return answers.toSorted((a, b) => Number(isNo(a)) - Number(isNo(b))).map(([answer, some]) => {
    const places = [...new Set(some.map(placeOf))].join(", ");
    return answer === "yes" ? places : `${places}: ${answer}`;
  }).join("; ");
}

/** The runtimes on which it runs; in brackets what does not with all kinds of workers. */
function runtimesOf(cells: readonly Cell[]): string {
  return groups(cells, ({ on }) => on).flatMap(([on, some]) => {
    const name = names[on];
    if (name === undefined || some.every(({ answer }) => answer === "error")) return [];
    const answer = combined(some, ({ method }) => kinds[method]);
    return answer === "yes" ? [name] : [`${name} (${answer})`];
  }).join(", ");
}

/** A cell of the table. What is made for Node is judged by what it does there. */
function cellOf(all: readonly Cell[], claim: string, library: string): string {
  const cells = all.filter((cell) => cell.library === library && cell.claim === claim);
  if (claim === "runs") return runtimesOf(cells);
  if (library === "nproc") {
    return combined(cells, ({ method, on }) => `${kinds[method]} on ${names[on]}`);
  }
  const here = cells.filter(({ on }) => on === "node24" || on === "python");
  return here.length === 0 ? "" : combined(here, ({ method }) => kinds[method]);
}

function workersOf(all: readonly Cell[], library: string): string {
  const cells = all.filter((cell) => cell.library === library && cell.claim === "runs");
  const good = cells.filter(({ answer }) => answer !== "error");
  return [...new Set(good.map(({ method }) => kinds[method]))].join(", ");
}

/** Rows are claims, columns libraries. */
export function markdown(cells: readonly Cell[]): string {
  const libraries = [...new Set(cells.map(({ library }) => library))];
  const [first, ...rest] = Object.entries(titles).map(([claim, title]) => [
    title,
    ...libraries.map((library) => cellOf(cells, claim, library)),
  ]);
  const workers = ["workers are", ...libraries.map((library) => workersOf(cells, library))];
  const rule = ["", ...libraries].map(() => "---");
  return [["", ...libraries], rule, first!, workers, ...rest]
    .map((line) => `| ${line.join(" | ")} |`).join("\n");
}
