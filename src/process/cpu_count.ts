import { availableProcessors } from "../runtime/current.ts";

/**
 * The number of processors that the scheduler lets this program use, at least 1. As CPython's
 * `process_cpu_count` it may be less than the machine has.
 *
 * @example
 * ```ts
 * import { cpuCount } from "@nproc/multiprocessing";
 *
 * console.log(cpuCount());
 * ```
 */
export function cpuCount(): number {
  return availableProcessors();
}
