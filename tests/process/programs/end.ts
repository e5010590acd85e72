/** How a program ends that has children: what it does with them is its second argument. */

import process from "node:process";
import {
  activeChildren,
  Pool,
  Process,
  setStartMethod,
  type StartMethod,
  wait,
} from "../../../mod.ts";

export async function work(milliseconds: number, name: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  console.log(`${name} has worked`);
}
export function spinForEver(): void {
  console.log("child spins");
  for (;;);
}
export function throwError(): void {
  throw new RangeError("nobody catches this");
}

/** Throws more than a pipe holds. */
export function throwMuch(): void {
  throw new RangeError(`${"€".repeat(1 << 19)}the end`);
}

/** Throws while its own child works. */
export function leaveChild(daemon: boolean): void {
  new Process({ target: work, args: [400, "grandchild"], daemon }).start();
  throw new RangeError("nobody catches this");
}

if (import.meta.main) {
  const [, , method, what] = process.argv;
  setStartMethod(method as StartMethod);
  const start = (target: (...args: never[]) => unknown, args: unknown[], daemon: boolean) => {
    const child = new Process({ target, args, daemon, name: "Child" });
    child.start();
    return child;
  };
  switch (what) {
    case "nothing":
      break;
    case "not waited for":
      start(work, [150, "child"], false);
      break;
    case "daemon":
      start(work, [60_000, "daemon"], true);
      break;
    case "busy daemon":
      start(spinForEver, [], true);
      await new Promise((resolve) => setTimeout(resolve, 400));
      break;
    case "joined daemon":
      await start(work, [100, "daemon"], true).join();
      break;
    case "daemon joined twice": {
      const child = start(work, [300, "daemon"], true);
      const all = child.join();
      console.log(await child.join({ timeout: 20 }), await all);
      break;
    }
    case "daemon's sentinel": {
      const { sentinel } = start(work, [200, "daemon"], true);
      console.log((await wait([sentinel]))[0] === sentinel);
      break;
    }
    case "worker joined": {
      const pool = new Pool(1);
      const result = pool.apply(work, [300, "task"]);
      console.log(await activeChildren()[0]!.join({ timeout: 20 }));
      await result;
      break;
    }
    case "exit with daemon":
      start(work, [60_000, "daemon"], true);
      process.exit(4);
      break;
    case "error": {
      const child = start(throwError, [], false);
      await child.join();
      console.log(`exit code ${child.exitCode}`);
      break;
    }
    case "long error": {
      console.error("so that a runtime which does so makes the pipe one that does not block");
      const child = start(throwMuch, [], false);
      await child.join();
      console.log(`exit code ${child.exitCode}`);
      break;
    }
    case "error of a parent":
    case "error of a daemon's parent": {
      const child = start(leaveChild, [what === "error of a daemon's parent"], false);
      await child.join();
      console.log(`exit code ${child.exitCode}`);
      break;
    }
    case "inline closure": {
      const outside = process.argv.length;
      const child = start(() => void console.log(outside), [], false);
      await child.join();
      console.log(`exit code ${child.exitCode}`);
      break;
    }
    case "own error":
      start(work, [60_000, "daemon"], true);
      throw new RangeError("of the main program");
  }
  console.log("main has ended");
}
