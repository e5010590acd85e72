/** Prints what its environment says of start methods. */

import process from "node:process";
import { getAllStartMethods, getContext, getStartMethod, setStartMethod } from "../../../mod.ts";

const attempt = (what: () => unknown): string => {
  try {
    return String(what());
  } catch (error) {
    return String(error);
  }
};

if (import.meta.main) {
  const steps: Record<string, () => unknown> = {
    get: getStartMethod,
    context: () => getContext().getStartMethod(),
    all: getAllStartMethods,
    worker: () => setStartMethod("worker"),
    process: () => setStartMethod("process"),
    "force worker": () => setStartMethod("worker", { force: true }),
    "force process": () => setStartMethod("process", { force: true }),
    wrong: () => setStartMethod("thread" as never),
    "force wrong": () => setStartMethod("thread" as never, { force: true }),
  };
  for (const step of process.argv.slice(2)) console.log(attempt(steps[step]!));
}
