/**
 * What a child that is a process does: it runs its job, and then ends by itself, once nothing
 * that the job began is left to do.
 *
 * @module
 * @internal
 */

import type { Decoder } from "../codec/decoder.ts";
import { resolveClass } from "../code/class_reference.ts";
import {
  explainClosure,
  type FoundFunction,
  resolveReference,
} from "../code/function_reference.ts";
import { readLoading } from "../codec/read_loading.ts";
import type { Callable } from "../code/task.ts";
import { setExitCode } from "../runtime/current.ts";
import { type ChildContext, crash } from "./child_role.ts";
import type { Job } from "./messages.ts";
import { untilChildrenEnd } from "./children.ts";

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

/**
 * Runs a job to its end. An error of the job ends the child, with exit code 1, but not before those
 * whom it has to wait for.
 */
export async function runJob(
  child: ChildContext,
  body: Decoder,
  assemble: (parts: Parts) => Runnable,
): Promise<void> {
  let found: FoundFunction | undefined;
  try {
    const job = await readLoading(body) as Job;
    found = job.target && await resolveReference(job.target);
    const subclass = job.subclass && await resolveClass(job.subclass);
    const properties = await readLoading(body) as Parts["properties"];
    const args = await readLoading(body) as unknown[];
    await assemble({
      prototype: subclass?.prototype as object | undefined,
      properties,
      target: found?.fn,
      args,
    }).run();
    await child.link.drained();
    setExitCode(0);
    child.link.unref();
  } catch (error) {
    await crash(child, found ? explainClosure(error, found) : error, untilChildrenEnd);
  }
}
