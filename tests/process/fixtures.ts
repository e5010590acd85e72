/** What the suites of processes run in them. */

import type { Event } from "../../mod.ts";
import fs from "node:fs";
import process from "node:process";
import {
  activeChildren,
  currentProcess,
  parentProcess,
  Pipe,
  Pool,
  Process,
  registerClass,
  setStartMethod,
  type StartMethod,
  task,
  transfer,
} from "../../mod.ts";
import { addLine, linesIn } from "./scratch.ts";

export function nothing(): void {}
task(import.meta, nothing);

/** Writes down its arguments. */
export function report(file: string, ...rest: unknown[]): void {
  addLine(file, JSON.stringify(rest));
}
task(import.meta, report);

export async function reportLater(file: string, value: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 10));
  addLine(file, value);
}
task(import.meta, reportLater);

/** Returns at once; a timer that is left behind still has its turn. */
export function leaveWork(file: string): void {
  setTimeout(() => addLine(file, "from the timer"), 30);
}
task(import.meta, leaveWork);

/** Waits for a line in the gate. */
export async function waitAtGate(file: string, gate: string): Promise<void> {
  addLine(file, currentProcess().pid!);
  while (linesIn(gate).length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
}
task(import.meta, waitAtGate);

export async function waitForEver(file: string): Promise<void> {
  addLine(file, currentProcess().pid!);
  await new Promise(() => setInterval(() => {}, 1 << 30));
}
task(import.meta, waitForEver);

/** Never yields as long as the file is there: Deno does not stop a thread that does not yield. */
export function spinForEver(file: string): void {
  addLine(file, currentProcess().pid!);
  while (fs.existsSync(file));
}
task(import.meta, spinForEver);

export function exit(code?: number): void {
  process.exit(code);
}
task(import.meta, exit);

export function setExitCode(code: number): void {
  process.exitCode = code;
}
task(import.meta, setExitCode);

export function throwError(message: string): void {
  throw new RangeError(message);
}
task(import.meta, throwError);

/** Throws what has no text, or cannot be looked at. */
export function throwOddity(which: "no prototype" | "getter" | "proxy"): void {
  const fail = () => {
    throw new Error("expected: looked at");
  };
  switch (which) {
    case "no prototype":
      throw Object.create(null);
    case "getter":
      throw Object.defineProperty(new Error("odd"), "stack", { get: fail });
    case "proxy":
      throw new Proxy({}, { get: fail, ownKeys: fail, getPrototypeOf: fail });
  }
}
task(import.meta, throwOddity);

export async function rejectLater(message: string): Promise<void> {
  await null;
  throw new RangeError(message);
}
task(import.meta, rejectLater);

export function throwOutside(message: string): Promise<void> {
  setTimeout(() => {
    throw new RangeError(message);
  });
  return new Promise(() => setInterval(() => {}, 1 << 30));
}
task(import.meta, throwOutside);

export function killSelf(): Promise<void> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => setInterval(() => {}, 1 << 30));
}
task(import.meta, killSelf);

/** Writes down who it is and who is around it. */
export function reportIdentity(file: string): void {
  const me = currentProcess();
  const parent = parentProcess();
  addLine(
    file,
    JSON.stringify({
      name: me.name,
      daemon: me.daemon,
      pid: me.pid,
      ident: me.ident,
      alive: me.isAlive(),
      exitCode: me.exitCode,
      same: me === currentProcess(),
      systemPid: process.pid,
      parent: parent && { name: parent.name, pid: parent.pid, alive: parent.isAlive() },
      children: activeChildren().length,
      makesDaemons: new Process().daemon,
    }),
  );
}
task(import.meta, reportIdentity);

export function reportEnvironment(file: string, names: string[]): void {
  addLine(file, JSON.stringify(names.map((name) => process.env[name] ?? null)));
}
task(import.meta, reportEnvironment);

/** Starts a child of its own, waits for it, and writes down what became of it. */
export async function nest(file: string, method: StartMethod, depth: number): Promise<void> {
  setStartMethod(method, { force: true });
  if (depth > 0) {
    const child = new Process({ target: nest, args: [file, method, depth - 1] });
    child.start();
    await child.join();
    addLine(file, `${currentProcess().name} saw ${child.name} end with ${child.exitCode}`);
  } else addLine(file, `${currentProcess().name} of ${parentProcess()!.name}`);
}
task(import.meta, nest);

/** Tries to start a child, and writes down what that gave. */
export function tryToStart(file: string): void {
  const child = new Process({ target: nothing });
  try {
    child.start();
    addLine(file, "started");
  } catch (error) {
    addLine(file, String(error));
  }
}
task(import.meta, tryToStart);

/** A process with a `run` and properties of its own. */
export class Greeter extends Process {
  readonly file: string;
  readonly to: Map<string, number>;
  constructor(file: string, to: Map<string, number>) {
    super({ name: "Greeter" });
    this.file = file;
    this.to = to;
  }
  override async run(): Promise<void> {
    await null;
    for (const [name, count] of this.to) {
      addLine(this.file, `${this.greeting} ${name} ${count}, says ${this.name}`);
    }
    addLine(this.file, String(this === currentProcess() && this instanceof Greeter));
  }
  get greeting(): string {
    return "hello";
  }
}

export class Temperature {
  celsius: number;
  constructor(celsius: number) {
    this.celsius = celsius;
  }
  get kelvin(): number {
    return this.celsius + 273;
  }
}
registerClass(import.meta, Temperature);

export function reportTemperature(file: string, temperature: Temperature): void {
  addLine(file, temperature instanceof Temperature ? temperature.kelvin : "no Temperature");
}
task(import.meta, reportTemperature);

/** Has children of its own, processes, for ever. */
export async function parentOf(
  file: string,
  kinds: ("waitForEver" | "spinForEver")[],
): Promise<void> {
  setStartMethod("process", { force: true });
  const targets = { waitForEver, spinForEver };
  const children = kinds.map((kind) => new Process({ target: targets[kind], args: [file] }));
  for (const child of children) child.start();
  for (const child of children) await child.join();
}
task(import.meta, parentOf);

/** Starts a process of a class that this module exports: the call comes through here. */
export function startGreeter(file: string, to: Map<string, number>): Greeter {
  const greeter = new Greeter(file, to);
  greeter.start();
  return greeter;
}

export function systemPid(): number {
  return process.pid;
}
task(import.meta, systemPid);

export function setEvent(event: Event, text: string): void {
  if (text.length === 100_000) event.set();
}

/** Tries, as a daemon, to give children an end of a pipe and a buffer; writes down what is left. */
export async function keepWhatIsRefused(file: string): Promise<void> {
  const starts = [
    (args: unknown[]) =>
      new Process({ target: nothing as (...args: unknown[]) => void, args }).start(),
    (initArgs: unknown[]) => void new Pool({ processes: 1, initializer: nothing, initArgs }),
  ];
  for (const start of starts) {
    const [mine, other] = Pipe();
    const buffer = new ArrayBuffer(8);
    try {
      start([mine, transfer({ buffer }, [buffer])]);
    } catch {
      mine.close();
      const ended = await other.recv({ timeout: 10_000 }).catch((error) => error.name);
      addLine(file, `${buffer.byteLength} ${ended}`);
    }
  }
}
task(import.meta, keepWhatIsRefused);
