/** The bare channels that every pool is built on: what they cost is the least that a pool costs. */

import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Method } from "./row.ts";

/** A child that answers each message with one. */
export interface Channel {
  post(message: unknown): void;
  onMessage: (message: unknown) => void;
  /** Ends the child. Fulfilled when it has ended. */
  close(): Promise<void>;
}

/** The part of Bun's API that is used here. */
interface BunGlobal {
  spawn(command: readonly string[], options: {
    stdio: readonly ["ignore", "inherit", "inherit"];
    serialization: "advanced";
    ipc(message: unknown): void;
  }): { send(message: unknown): void; kill(): void; exited: Promise<unknown> };
}

/** A worker of `node:worker_threads`, spoken to over a port of its own. */
function openWorker(module: URL): Channel {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(module, {
    workerData: { port: port2 },
    transferList: [port2 as never],
  });
  const channel: Channel = {
    post: (message) => port1.postMessage(message),
    onMessage: () => {},
    close: async () => {
      await worker.terminate();
      port1.close();
    },
  };
  port1.onmessage = (event) => channel.onMessage(event.data);
  return channel;
}

function openBunProcess(bun: BunGlobal, command: readonly string[]): Channel {
  const child = bun.spawn(command, {
    stdio: ["ignore", "inherit", "inherit"],
    serialization: "advanced",
    ipc: (message) => channel.onMessage(message),
  });
  const channel: Channel = {
    post: (message) => child.send(message),
    onMessage: () => {},
    close: async () => {
      child.kill();
      await child.exited;
    },
  };
  return channel;
}

function openNodeProcess([program, ...args]: readonly [string, ...string[]]): Channel {
  const child = spawn(program, args, {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    serialization: "advanced",
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const channel: Channel = {
    post: (message) => void child.send(message as never),
    onMessage: () => {},
    close: async () => {
      child.kill();
      await ended;
    },
  };
  child.on("message", (message) => channel.onMessage(message));
  return channel;
}

/** Starts a child that runs a module. */
export function openChannel(method: Method, module: URL): Channel {
  if (method === "worker") return openWorker(module);
  const flags = "Deno" in globalThis ? ["run", "-A"] : [];
  const command = [process.execPath, ...flags, fileURLToPath(module)] as const;
  const { Bun: bun } = globalThis as { Bun?: BunGlobal };
  return bun === undefined ? openNodeProcess(command) : openBunProcess(bun, command);
}
