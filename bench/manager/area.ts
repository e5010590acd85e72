/** What of managers is compared with what. */

import type { Area, Baseline, Comparison } from "../lib/comparison.ts";
import { paceNames, scenarioOf, type Turn } from "./turns.ts";

const one: Baseline = { name: "Python's", python: "python" };
const another: Baseline = {
  name: "Python's, one after another",
  python: "python",
  isAnother: true,
};

function comparison(
  work: Turn["work"],
  clients: 1 | 2 | "remote",
  pace: Turn["pace"],
  more: Partial<Comparison> = {},
): Comparison {
  const who = clients === "remote" ? "remote client" : clients === 1 ? "1 client" : "2 clients";
  return {
    title: `\`${work}\`, ${who}, ${pace === "one" ? "one after another" : paceNames.many}`,
    scenario: scenarioOf(work, clients),
    ours: paceNames[pace],
    unit: "calls/s",
    baseline: pace === "one" ? one : another,
    ...more,
  };
}

const shown = { isInChart: true } as const;

/** What of managers is compared with what. */
export const area: Area = {
  title: "Manager",
  about:
    "Calls of `get` and `set` on a `dict` of a manager, each of a text and a number, by clients " +
    "that are children, and by one that connects over TCP with a key. Python has nothing like many " +
    "calls under way: threads would take turns.",
  comparisons: [
    comparison("get", 1, "one", { ...shown, readme: "managed `dict`, `get` one after another" }),
    comparison("set", 1, "one", shown),
    comparison("get", 2, "one", shown),
    comparison("set", 2, "one"),
    comparison("get", 1, "many", { ...shown, readme: "managed `dict`, 1,000 `get` under way" }),
    comparison("set", 1, "many", shown),
    comparison("get", 2, "many"),
    comparison("set", 2, "many"),
    comparison("get", "remote", "one", shown),
    comparison("set", "remote", "one"),
    comparison("get", "remote", "many", shown),
    comparison("set", "remote", "many"),
  ],
  limits: [
    "Two clients and the server are three that want two cores.",
    "The remote client is on the same machine: there is no network in between. It is a process " +
    "always; the start method is that of the manager's server.",
    "Keys are 1,000 for each client, and values small. What large values cost, the queue's numbers " +
    "tell.",
  ],
};
