/**
 * What a child that is a process does: it runs its job, and then ends by itself, once nothing
 * that the job began is left to do.
 *
 * @module
 * @internal
 */

import type { Decoder } from "../codec/decoder.ts";
import {
  explainClosure,
  findExport,
  type Found,
  resolveReference,
} from "../codec/function_reference.ts";
import { loadModule, readLoading } from "../codec/modules.ts";
import { classAt } from "../codec/registry.ts";
import type { Callable } from "../codec/task.ts";
import { TaskReferenceError } from "../errors.ts";
import { setExitCode } from "../runtime/current.ts";
import { type Child, crash } from "./child_role.ts";
import type { Job, SubclassReference } from "./messages.ts";

/** What the job's process object is made of. */
export interface Parts {
  readonly prototype: object | undefined;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly target: Callable | undefined;
  readonly args: readonly unknown[];
}

/** Something to run. */
export interface Runnable {
  run(): unknown;
}

/** Runs a job to its end. An error of the job ends the child, with exit code 1. */
export async function runJob(
  child: Child,
  body: Decoder,
  assemble: (parts: Parts) => Runnable,
): Promise<void> {
  let found: Found | undefined;
  try {
    const job = await readLoading(body) as Job;
    found = job.target && await resolveReference(job.target);
    const prototype = job.subclass && await resolveSubclass(job.subclass);
    const properties = await readLoading(body) as Parts["properties"];
    const args = await readLoading(body) as unknown[];
    await assemble({ prototype, properties, target: found?.fn, args }).run();
    await child.link.drained();
    setExitCode(0);
    child.link.unref();
  } catch (error) {
    await crash(child, found ? explainClosure(error, found) : error);
  }
}

async function resolveSubclass(reference: SubclassReference): Promise<object> {
  if (reference.kind === "registered") {
    const { url, name, index } = reference;
    await loadModule(url);
    return classAt(url, name, index).cls.prototype;
  }
  for (const url of reference.modules) {
    const found = findExport(await loadModule(url), reference, url);
    if (found !== undefined) return (found as { prototype: object }).prototype;
  }
  throw new TaskReferenceError(
    `Cannot find class ${reference.name} in a child: export it from the main module, or ` +
      "give it to registerClass(import.meta, cls) at a module's top level",
  );
}
