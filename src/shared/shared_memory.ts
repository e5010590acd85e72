import { checkInteger, wrongArgument } from "../arguments.ts";
import { isolationRefusal } from "../codec/destination.ts";
import { fromParts } from "../from_parts.ts";
import { registerExtension } from "../codec/extension.ts";
import {
  machineNames,
  missing,
  type NamedMemory,
  namedMemoryRefusal,
  nameFault,
  type Names,
} from "../runtime/named_memory.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import { ThreadNames } from "./thread_names.ts";
import { showAs } from "../runtime/inspection.ts";

/** What memory to make, or to attach. */
export interface SharedMemoryOptions {
  /**
   * Its name: 1 to 200 bytes, without slashes, line breaks and NUL. One that is made may go
   * without: it gets a name that nobody has.
   */
  readonly name?: string | undefined;
  /** Whether to make it; otherwise there must be memory of that name. */
  readonly create?: boolean | undefined;
  /** How many bytes to make, from 1 to 2^32. Without meaning where it is attached. */
  readonly size?: number | undefined;
}

/** Views of this size work on every runtime. */
const largest = 2 ** 32;

/** Room is left in a file's name of 255 bytes for what goes before it. */
const longestName = 200;

/**
 * Who knows a name: every program of the machine, or where that cannot be, the program's threads.
 */
type Reach = "machine" | "threads";

let threads: ThreadNames | undefined;
const namesOf = (reach: Reach): Names =>
  reach === "machine" ? machineNames : threads ??= new ThreadNames();

/** How far names reach from here. */
function reachFrom(cls: object): Reach {
  const refusal = namedMemoryRefusal();
  if (refusal === undefined) return "machine";
  if (startMethodOf(cls) === "worker") return "threads";
  throw refusal;
}

/** How a handle comes from another child. */
class ReceivedMemory {
  readonly reach: Reach;
  readonly name: string;

  constructor(reach: Reach, name: string) {
    this.reach = reach;
    this.name = name;
  }
}

/**
 * A piece of memory with a name, by which children, and unrelated programs, find it: also those on
 * other runtimes, and on Linux those in other languages, since there it is what `shm_open` of POSIX
 * makes (Python's `SharedMemory`, for one). It travels by its name: the child that gets it attaches
 * it.
 *
 * The memory is there as long as it has its name or somebody has attached it. The name is there
 * until `unlink`, or until the program ends whose child made it: also when that is killed, where
 * `/bin/sh` can be run. A child that is killed at once may take with it the names that it has just
 * made.
 *
 * It needs to map files, as processes do to share anything (Node 24 needs `koffi`), and Deno
 * demands `--allow-all` for it. Where that is not to be had, a context of the start method
 * `"worker"` makes memory whose name is known to the threads of this program alone, until `unlink`
 * or the program's end.
 *
 * @example
 * ```ts
 * import { SharedMemory } from "@nproc/multiprocessing";
 *
 * using memory = new SharedMemory({ create: true, size: 1024 });
 * memory.buf[0] = 42;
 * using same = new SharedMemory({ name: memory.name });
 * console.log(same.buf[0]); // 42
 * ```
 */
export class SharedMemory {
  readonly #name: string;
  readonly #size: number;
  readonly #reach: Reach;
  /** Absent once it is closed. */
  #hold: NamedMemory | undefined;
  /** Whether a dispose is to unlink it. */
  #isOwner: boolean;
  #isUnlinked = false;

  /**
   * Makes memory, all zero, or attaches memory that there is.
   *
   * @throws {TypeError} If there is neither `name` nor `create`, or if an option is of the wrong
   * type.
   * @throws {RangeError} If `size` is no integer from 1 to 2^32, or if `name` is no name.
   * @throws {Error} If it is to be made and there is memory of that name, if it is to be attached
   * and there is none, or if this program cannot share memory by name; the message tells which.
   */
  constructor(options: SharedMemoryOptions);
  constructor(from: SharedMemoryOptions | ReceivedMemory) {
    const { name, create = false, size } = from instanceof ReceivedMemory
      ? { name: from.name }
      : from;
    const action = create ? "create" : "attach";
    if (name === undefined && !create) {
      throw wrongArgument(TypeError, "Cannot attach shared memory without a name", name);
    }
    this.#name = name === undefined ? newName() : checkedName(name, action);
    const wanted = create ? checkedSize(size) : 0;
    this.#reach = from instanceof ReceivedMemory ? from.reach : reachFrom(new.target);
    const names = namesOf(this.#reach);
    this.#hold = create ? names.create(this.#name, wanted) : names.attach(this.#name);
    this.#size = this.#hold.bytes.length;
    this.#isOwner = create;
  }

  static {
    showAs<SharedMemory>(
      this,
      "SharedMemory",
      (memory) => ({
        name: JSON.stringify(memory.#name),
        size: memory.#size,
        state: memory.#hold === undefined ? "closed" : "open",
      }),
    );
    registerExtension({
      name: "SharedMemory",
      // It is mapped.
      needsProof: true,
      shape: ["string", "string"],
      module: import.meta.url,
      matches: (value) => #hold in value,
      refuses: (value, channel) => (value as SharedMemory).#refusal(channel),
      describe: (value) => [(value as SharedMemory).#reach, (value as SharedMemory).#name],
      revive: (description) =>
        fromParts(SharedMemory, new ReceivedMemory(...description as [Reach, string])),
    });
  }

  #refusal(channel: unknown): string | undefined {
    if (this.#hold === undefined) return "is a SharedMemory that is closed";
    if (this.#isUnlinked) return "is a SharedMemory whose name was unlinked";
    const refusal = isolationRefusal("SharedMemory", channel);
    if (refusal !== undefined) return refusal;
    if (this.#reach === "machine" || channel === "worker") return undefined;
    return "is a SharedMemory that only the threads of this program can use, " +
      "as this program cannot map files";
  }

  /**
   * The memory. Another child's handle has it at another place, and where only threads share it,
   * its `buffer` holds more than this: a view of it begins at `buf.byteOffset`.
   *
   * @throws {Error} If it is closed.
   */
  get buf(): Uint8Array {
    if (this.#hold !== undefined) return this.#hold.bytes;
    throw nameFault("use", this.#name, "it is closed");
  }

  /** The name. */
  get name(): string {
    return this.#name;
  }

  /** How many bytes it has. */
  get size(): number {
    return this.#size;
  }

  /**
   * Gives up this hold on the memory. Other handles, also of this child, keep theirs. What was made
   * of `buf` must not be used any more. Closing it again does nothing.
   */
  close(): void {
    this.#hold?.close();
    this.#hold = undefined;
  }

  /**
   * Removes the name: nobody can attach the memory any more, and it goes when nobody holds it. Any
   * child may do so, once.
   *
   * @throws {Error} If the name is gone.
   */
  unlink(): void {
    this.#isOwner = false;
    this.#isUnlinked = true;
    if (!namesOf(this.#reach).unlink(this.#name)) throw nameFault("unlink", this.#name, missing);
  }

  /** Closes it, and unlinks it if this object made it and nobody has yet. */
  [Symbol.dispose](): void {
    this.close();
    if (!this.#isOwner) return;
    this.#isOwner = false;
    namesOf(this.#reach).unlink(this.#name);
  }
}

/** A name that nobody has. */
function newName(): string {
  return `nproc_${crypto.randomUUID()}`;
}

function checkedName(name: unknown, action: string): string {
  const what = `Cannot ${action} shared memory as its name must be`;
  if (typeof name !== "string") throw wrongArgument(TypeError, `${what} a string`, name);
  const { length } = new TextEncoder().encode(name);
  const isName = length > 0 && length <= longestName && !/[/\\\n\0]/.test(name) &&
    !/^\.\.?$/.test(name);
  if (isName) return name;
  throw wrongArgument(
    RangeError,
    `${what} of 1 to ${longestName} bytes, without slashes or line breaks`,
    name,
  );
}

function checkedSize(size: unknown): number {
  checkInteger("create shared memory", "its size", size, 1, largest);
  return size;
}
