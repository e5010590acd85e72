/** Numbers as people read them. */

import type { Method, PlacedRow } from "./row.ts";
import { figure } from "./table.ts";

const methods: readonly Method[] = ["worker", "process"];

/** What a unit is called behind a number. */
export const unitNames: Readonly<Record<PlacedRow["unit"], string>> = {
  "tasks/s": "tasks/s",
  "pairs/s": "pairs/s",
  "messages/s": "messages/s",
  "calls/s": "calls/s",
  us: "µs",
  ms: "ms",
  times: "times",
};

/**
 * Three digits that count, with k for thousands and M for millions; a dash for what is not there.
 */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Number(value.toPrecision(3)) >= 1e6) return `${figure(value / 1e6)}M`;
  return Number(value.toPrecision(3)) >= 1e4 ? `${figure(value / 1e3)}k` : figure(value);
}

/** Both start methods in a cell; one dash where there is neither. */
export function inBoth(value: (method: Method) => number): string {
  const [worker, process] = methods.map((method) => short(value(method)));
  return worker === "–" && process === "–" ? "–" : `${worker} · ${process}`;
}
