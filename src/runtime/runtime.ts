/**
 * What the three runtimes have in common, as this package sees it: one interface that every
 * adapter in this folder fulfils. Nothing outside this folder names a runtime.
 *
 * @module
 * @internal
 */

import type { StartMethod } from "./start_method.ts";

/** The signals that a child can be sent. A worker knows them by their exit codes only. */
export type Signal = "SIGTERM" | "SIGKILL";

/** The signals by which a whole program is told to stop: see `stop_signals.ts`. */
export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/**
 * Deno's permissions for a child, by name; `true` grants all of a name, a list grants its members.
 */
export interface PermissionSet {
  /** Modules that may be imported from the network. */
  import?: "inherit" | boolean | readonly string[];
  /** Environment variables that may be read and set. */
  env?: "inherit" | boolean | readonly string[];
  /** Dynamic libraries that may be opened. */
  ffi?: "inherit" | boolean | readonly (string | URL)[];
  /** Hosts that may be reached. */
  net?: "inherit" | boolean | readonly string[];
  /** Files and folders that may be read. */
  read?: "inherit" | boolean | readonly (string | URL)[];
  /** Programs that may be started. */
  run?: "inherit" | boolean | readonly (string | URL)[];
  /** Facts of the system that may be asked for. */
  sys?: "inherit" | boolean | readonly string[];
  /** Files and folders that may be written. */
  write?: "inherit" | boolean | readonly (string | URL)[];
}

/** What a child may do on Deno: what its parent may, nothing, or the members of a set. */
export type Permissions = "inherit" | "none" | PermissionSet;

/** What a program was started with. Plain JSON: its children are given it. */
export interface Launch {
  /** The current folder at its start; `undefined` where Deno does not let it be known. */
  readonly folder: string | undefined;
  /** The path of its main module as `process.argv` has it; `undefined` where that is no file. */
  readonly script: string | undefined;
  /** The arguments behind it. */
  readonly args: readonly string[];
  /**
   * The runtime's flags that its children need; Deno's are read elsewhere: see
   * `runtime/deno/flags.ts`.
   */
  readonly flags: readonly string[];
}

/**
 * What a child must know before it can be spoken to. Plain JSON: it is part of its start script.
 */
export interface Boot {
  /** Which module's child this is: see `child_role.ts`. */
  readonly role: string;
  readonly method: StartMethod;
  /** The URL of the program's main module, where it has one. */
  readonly main: string | undefined;
  readonly name: string;
  /** What tells it apart from all others that `Process` has started: see `identity.ts`. */
  readonly identity?: string | undefined;
  readonly daemon: boolean;
  /**
   * Whether it leaves it to its owner what becomes of it when the whole program is told to stop.
   */
  readonly outlivesStopSignals: boolean;
  /** Whether it has fewer permissions, and so shares no memory with its parent. */
  readonly isIsolated?: boolean;
  readonly launch: Launch;
  readonly parent: { readonly name: string; readonly pid: number };
  /**
   * What tells it, and its parent's process, from others of the same id: see `memory/members.ts`.
   */
  readonly stamp: number;
  readonly parentStamp: number;
  /** What the operating system has none of: a worker's. */
  readonly thread?: ThreadIdentity;
}

/** Who a thread is. */
export interface ThreadIdentity {
  readonly pid: number;
  /** Its member id, and its parent's: see `memory/members.ts`. */
  readonly memberId: number;
  readonly parentMemberId: number;
}

/** Bytes at fixed offsets, seen by both sides as soon as a write has returned. */
export interface Scratch {
  /** How the child finds it: the memory itself, or the path of the file. */
  readonly handle: SharedArrayBuffer | string;
  write(offset: number, bytes: Uint8Array): void;
  read(offset: number, length: number): Uint8Array;
  /**
   * Tells the child that it is given up. On Deno a thread runs on for a while after its `exit`:
   * what it writes from here on nobody reads, so it must not begin anything.
   */
  revoke(): void;
  /** Whether the child is given up; what it wrote before it asks was written before that. */
  readonly isRevoked: boolean;
  close(): void;
}

/** One message between a parent and its child: bytes, and what only `postMessage` can carry. */
export interface Frame {
  /** In memory of their own: they may be moved, unless the frame is sent more than once. */
  readonly bytes: Uint8Array;
  readonly isReused?: boolean;
  readonly attachments?: readonly unknown[] | undefined;
  readonly transfer?: readonly object[] | undefined;
}

/** What a parent hears of its child. */
export interface ChildEvents {
  frame(bytes: Uint8Array, attachments: readonly unknown[]): void;
  /**
   * An error ended the child that it did not report itself: it had not come so far, or its runtime
   * did not let it (a worker under `bun test` never hears `uncaughtException`).
   */
  error(error: unknown): void;
  /** The child has ended, and every frame that it sent has been delivered. Comes once. */
  exit(code: number): void;
}

/** A child to start. */
export interface SpawnRequest {
  /** The URL of the module whose evaluation starts the child's role. */
  readonly entry: string;
  readonly boot: Boot;
  readonly scratch?: Scratch | undefined;
  /**
   * The first frame that a thread is to have. It comes with the child, so that a parent that blocks
   * its thread at once has sent it already.
   */
  readonly first?: Frame | undefined;
  /** The file that the first frame's bytes are in, for a process. */
  readonly firstFile?: string | undefined;
  /** The file that all processes of the program share, where there is one. */
  readonly memory?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly permissions?: Permissions | undefined;
}

/** A running child, as its parent holds it. Begins referenced: it keeps the program alive. */
export interface Child {
  readonly pid: number;
  /** Sends a frame; one sent after the child's end goes nowhere. */
  post(frame: Frame): void;
  /** Ends the child; does nothing after its end. */
  kill(signal: Signal): void;
  ref(): void;
  unref(): void;
}

/** The link to the parent, as a child holds it. */
export interface ParentLink {
  /** How this child finds the scratch that it shares with its parent, where it was given one. */
  readonly scratch: Scratch["handle"] | undefined;
  /** The frame that came with the child. */
  readonly first: Pick<Frame, "bytes" | "attachments"> | undefined;
  post(frame: Frame): void;
  onFrame(handler: (bytes: Uint8Array, attachments: readonly unknown[]) => void): void;
  /** Fulfilled once all that was posted is out of this child's hands, and survives its death. */
  drained(): Promise<void>;
  /** Whether that is so already. */
  readonly isDrained: boolean;
  /** Whether the link keeps the child alive. */
  ref(): void;
  unref(): void;
}

/** The runtimes that this package knows. */
export type RuntimeName = "deno" | "bun" | "node";

/** A permission that Deno grants or refuses. */
export type Permission = "env" | "ffi" | "import" | "net" | "read" | "run" | "sys" | "write";

/** What differs between the runtimes, and is no more than a fact or a question. */
export interface Capabilities {
  readonly name: RuntimeName;
  /** Whether all of a permission is granted. Never asks the user. */
  permits(permission: Permission): boolean;
  /** Whether a program may be run. Never asks the user. */
  mayRun(command: string): boolean;
  /** Whether the program may listen at `host:port`. Asks the user, as listening would. */
  mayListen(host: string): boolean;
  /** Whether a child can be started with fewer permissions than its parent has. */
  readonly restrictsChildren: boolean;
  /** Whether a thread runs on for a while after its parent was told of its end. */
  readonly threadsOutliveTheirEnd: boolean;
  /** Whether ending a thread that still loads its modules can crash the runtime. */
  readonly mayCrashEndingEarly: boolean;
  /** Whether a thread writes to standard output itself, without its parent's help. */
  readonly threadsPrint: boolean;
  /** Whether an uncaught error of a thread may be reported by the web's `error` event alone. */
  readonly reportsErrorsAsEvents: boolean;
  /** Whether a key that is posted to another thread is one there. */
  readonly clonesKeys: boolean;
  /**
   * Whether `String(fn)` is what the module's text says, and not what the runtime has made of it.
   */
  readonly keepsSourceText: boolean;
  /** Whether the URL of a file in a stack trace is decoded, so that it is a path. */
  readonly decodesStackURLs: boolean;
  /** Whether a program's addresses may be limited (`ulimit -v`), and `/proc` may be asked. */
  readonly hasAddressLimit: boolean;
  /** Whether V8's inspector answers a question at once. */
  readonly hasSynchronousInspector: boolean;
  /**
   * Whether a child can be given a script. An executable that `bun build --compile` made takes
   * none: it holds one bundle, which it always runs as its main module, and under `BUN_BE_BUN`
   * finds no module of its own.
   */
  readonly takesScript: boolean;
  /**
   * Where the program's arguments begin in a child's `process.argv`: behind `-e` there is no
   * script.
   */
  readonly childArgumentsAt: number;
  /** Whether `Object.assign` copies hundreds of properties at once. */
  readonly copiesPropertiesFast: boolean;
}

/** One adapter: how a runtime starts children. */
export interface Runtime {
  readonly name: RuntimeName;
  readonly defaultMethod: StartMethod;
  /** The URL of the program's main module; `undefined` where it is not a file (`-e`, a REPL). */
  mainModule(): string | undefined;
  spawnWorker(request: SpawnRequest, events: ChildEvents): Child;
  spawnProcess(request: SpawnRequest, events: ChildEvents): Child;
}
