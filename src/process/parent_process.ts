import { fromParts } from "../from_parts.ts";
import { type ChildIdentity, self } from "./identity.ts";
import { Latch, type WaitOptions } from "../wait/latch.ts";
import { showAs } from "../runtime/inspection.ts";

/** The process that started this one. */
export class ParentProcess {
  static {
    showAs<ParentProcess>(
      this,
      "ParentProcess",
      (parent) => ({ name: JSON.stringify(parent.name), pid: parent.pid }),
    );
  }

  /** Its name. */
  readonly name: string;
  /** Its process id. */
  readonly pid: number;

  private constructor({ name, pid }: ChildIdentity) {
    this.name = name;
    this.pid = pid;
  }

  /** The same as `pid`. */
  get ident(): number {
    return this.pid;
  }

  /** Always `true` where it can be asked: no child outlives its parent. */
  isAlive(): boolean {
    return true;
  }

  /**
   * Waits for the parent's end, which is this child's too: gives `false` once `timeout`
   * (milliseconds) is over.
   *
   * @throws The signal's reason, if that is aborted first.
   */
  join(options?: WaitOptions): Promise<boolean> {
    return new Latch().wait(options);
  }
}

let parent: ParentProcess | undefined;

/**
 * The process that started this one; `undefined` in the main process.
 *
 * @example
 * ```ts
 * import { parentProcess } from "@nproc/multiprocessing";
 *
 * console.log(parentProcess()?.pid);
 * ```
 */
export function parentProcess(): ParentProcess | undefined {
  const identity = self().parent;
  return identity && (parent ??= fromParts(ParentProcess, identity));
}
