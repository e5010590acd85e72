/**
 * Functions that travel as values: those that a module exports. They arrive as that module's own
 * function. Inline ones are targets alone: a value is not evaluated.
 *
 * @module
 * @internal
 */

import { functionOf, type FunctionValue, valueReference } from "../code/function_reference.ts";
import { exportOf } from "../code/load_module.ts";
import { ModuleNeeded } from "../code/module_needed.ts";
import { type Callable, type TaskAddress, taskAddress, taskAt } from "../code/task.ts";
import { registerExtension } from "./extension.ts";

function isAddress(value: unknown): value is TaskAddress {
  if (typeof value !== "object" || value === null) return false;
  const { url, index, name, source, by } = value as Partial<TaskAddress>;
  const texts = [url, name, source, by];
  return Number.isSafeInteger(index) && texts.every((text) => typeof text === "string");
}

registerExtension({
  name: "task",
  isFunction: true,
  matches: (value) => typeof value === "function" && taskAddress(value as Callable) !== undefined,
  shape: isAddress,
  describe: (value) => taskAddress(value as Callable),
  revive: (description) => {
    const address = description as TaskAddress;
    const fn = taskAt(address);
    if (fn === undefined) {
      throw new ModuleNeeded(address.url, `task ${address.name || "(anonymous)"}`);
    }
    return fn;
  },
});

registerExtension({
  name: "function",
  isFunction: true,
  matches: (value) => typeof value === "function" && taskAddress(value as Callable) === undefined,
  isSure: (value) => exportOf(value) !== undefined,
  refuses: (value) => {
    const reference = valueReference(value as Callable);
    return typeof reference === "string" ? `is ${reference}` : undefined;
  },
  shape: ["string", "string", "string", "strings", "string?"],
  describe: (value) => {
    const { name, source, by, modules, as } = valueReference(value as Callable) as FunctionValue;
    return [name, source, by, modules, as];
  },
  revive: (description) => {
    const [name, source, by, modules, as] = description as [
      name: string,
      source: string,
      by: string,
      modules: string[],
      as: string | undefined,
    ];
    return functionOf({ name, source, by, modules, ...(as !== undefined && { as }) });
  },
});
