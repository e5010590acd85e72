/**
 * Functions that travel as values: those that a module exports. They arrive as that module's own
 * function. Inline ones are targets alone: a value is not evaluated.
 *
 * @module
 * @internal
 */

import { functionOf, type FunctionValue, valueReference } from "./function_reference.ts";
import { exportOf } from "./load_module.ts";
import { registerKind } from "./registry.ts";
import { type Callable, taskAddress } from "./task.ts";

registerKind({
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
