/** The choice of runtimes on the command line of a script. */

import path from "node:path";
import { environment, findRuntime, root, runtimeNames } from "../toolchain.mjs";

/** A runtime that is here. */
export interface Runtime {
  name: string;
  path: string;
  version: string;
}

/** The runtimes of a list of names with commas; `node` is both. What is not here has no path. */
export function chosenRuntimes(list: string): Runtime[] {
  const names = list.split(",").flatMap((name) => name === "node" ? ["node24", "node26"] : [name]);
  const unknown = names.find((name) => !runtimeNames.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot run on "${unknown}" as a runtime must be one of ${runtimeNames.join(", ")}`,
    );
  }
  return names.map((name) => findRuntime(name) ?? { name, path: "", version: "" });
}

/** The words that start a program on a runtime, without the program itself. */
export function programFlags(name: string): string[] {
  return name === "deno" ? ["run", "-A"] : name === "bun" ? ["run"] : [];
}

/** The environment of a program that is checked: what a developer has set must not change it. */
export function programEnvironment(): Record<string, string | undefined> {
  return {
    ...environment(),
    NO_COLOR: "1",
    FORCE_COLOR: undefined,
    MULTIPROCESSING_START_METHOD: undefined,
    NODE_OPTIONS: undefined,
    // Node would strip the types of all our files anew in every child.
    NODE_COMPILE_CACHE: path.join(root, "node_modules", ".cache", "node"),
  };
}
