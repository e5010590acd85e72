/** This library. */

import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  type Connection,
  Lock,
  type ManagedObject,
  Manager,
  Pipe,
  Pool,
  Queue,
  RawValue,
  registerClass,
  setStartMethod,
  SharedArray,
  Value,
} from "@nproc/multiprocessing";
import type { Method } from "../lib/row.ts";
import { type Board, theBoard } from "./board.ts";
import { gives, sleep } from "./common.ts";
import { serve } from "./serve.ts";
import { AppError } from "./errors.ts";
import { type TaskName, tasks } from "./tasks.ts";

registerClass(import.meta, AppError);

const factor = 3;

export function triple(n: number): number {
  return n * factor;
}

export function perform(name: TaskName, n: number): unknown {
  return tasks[name](n);
}

export async function produce(queue: Queue<{ i: number }>): Promise<void> {
  for (let i = 0; i < 100; i++) await queue.put({ i });
}

export async function consume(queue: Queue<{ i: number }>): Promise<number> {
  let sum = 0;
  for (let i = 0; i < 100; i++) sum += (await queue.get()).i;
  return sum;
}

export async function raiseLocked(lock: Lock, counter: RawValue): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    using _ = await lock.hold();
    const { value } = counter;
    if (i % 100 === 0) await sleep(1);
    counter.value = value + 1;
  }
}

export async function raiseOwn(value: Value, array: SharedArray): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    {
      using _ = await value.hold();
      value.value++;
    }
    using _ = await array.hold();
    array[1]! += 2;
  }
}

export async function ping(end: Connection): Promise<number> {
  let sum = 0;
  for (let i = 0; i < 10; i++) {
    await end.send(i);
    sum += await end.recv() as number;
  }
  return sum;
}

export async function pong(end: Connection): Promise<void> {
  for (let i = 0; i < 10; i++) await end.send(await end.recv() as number + 1);
}

export async function pin(board: ManagedObject<Board>): Promise<void> {
  await board.pin("worker");
}

function start(method: Method, workers: number): Pool {
  setStartMethod(method, { force: true });
  return new Pool(workers);
}

/** Runs another program, which pins a note over TCP. */
async function pinFromOutside(address: string): Promise<void> {
  const flags = "Deno" in globalThis ? ["run", "-A"] : [];
  const file = fileURLToPath(new URL("./nproc_client.ts", import.meta.url));
  const client = spawn(process.execPath, [...flags, file, address], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const code = await new Promise((resolve) => client.once("exit", resolve));
  if (code !== 0) throw new Error(`The other program ended with ${code}`);
}

if (import.meta.main) {
  await serve({
    open: (method, workers) => {
      const pool = start(method, workers);
      return {
        run: (name, n = 0) => pool.apply(perform, [name, n]),
        interrupt: () => pool.apply(perform, ["spin", 0], { timeout: 1000 }),
        close: () => pool.terminate(),
      };
    },
    claims: {
      inline: (method) => gives(start(method, 1).apply((n: number) => n + 1, [2]), 3),
      main: (method) => gives(start(method, 1).apply(triple, [2]), 6),
      lazy: async (method) => {
        const pool = start(method, 2);
        let pulled = 0;
        const inputs = function* (): Generator<number> {
          for (;;) yield pulled++;
        };
        const results = pool.imap(triple, inputs());
        for (let i = 0; i < 3; i++) await results.next();
        await sleep(1000);
        const before = pulled;
        await sleep(1000);
        console.error(`pulled ${before}, then ${pulled}`);
        return pulled === before ? "yes" : "no";
      },
      queue: async (method) => {
        const pool = start(method, 2);
        const queue = new Queue<{ i: number }>();
        const sum = pool.applyAsync(consume, [queue]);
        await pool.apply(produce, [queue]);
        return await sum === 4950 ? "yes" : "no";
      },
      lock: async (method) => {
        const pool = start(method, 2);
        const [lock, counter] = [new Lock(), new RawValue("i")];
        await Promise.all([1, 2].map(() => pool.apply(raiseLocked, [lock, counter])));
        return counter.value === 2000 ? "yes" : `no: ${counter.value}`;
      },
      value: async (method) => {
        const pool = start(method, 2);
        const [value, array] = [new Value("i"), new SharedArray("d", 2)];
        await Promise.all([1, 2].map(() => pool.apply(raiseOwn, [value, array])));
        return value.value === 2000 && array[1] === 4000 ? "yes" : `no: ${value.value}, ${array}`;
      },
      pipe: async (method) => {
        const pool = start(method, 2);
        const [one, other] = Pipe();
        const sum = pool.applyAsync(ping, [one]);
        await pool.apply(pong, [other]);
        return await sum === 55 ? "yes" : "no";
      },
      manager: async (method) => {
        const pool = start(method, 1);
        await using manager = new Manager({ address: "127.0.0.1:0", authKey: "secret" });
        const board = manager.register("Board", theBoard)();
        await pool.apply(pin, [board]);
        await pinFromOutside(await manager.address);
        return (await board.notes()).join() === "outside,worker" ? "yes" : "no";
      },
    },
  });
}
