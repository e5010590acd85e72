/** Uses what there is in surroundings that somebody else has changed. Prints what comes of it. */

import process from "node:process";
import {
  connect,
  Listener,
  Lock,
  Manager,
  Pool,
  Process,
  Queue,
  setStartMethod,
  SharedMemory,
  type StartMethod,
  Value,
} from "../../../mod.ts";

export async function add(queue: Queue<number>, value: Value, x: number): Promise<void> {
  value.value += x;
  await queue.put(x);
}
export const double = (x: number): number => 2 * x;
export const triple = (x: number): number => 3 * x;
export function fail(): never {
  throw new TypeError("wrong", { cause: new RangeError("far") });
}

/** Changes that a library of the program makes. */
const changes: Record<string, () => void> = {
  toJSON: () => {
    for (const { prototype } of [Object, Array, String, Number]) {
      Object.assign(prototype, { toJSON: () => "nothing" });
    }
  },
  prepareStackTrace: () => {
    Error.prepareStackTrace = (_, sites) => sites;
  },
};

if (import.meta.main) {
  const [method, change] = process.argv.slice(2) as [StartMethod, string?];
  if (change !== undefined) changes[change]!();
  setStartMethod(method);
  const queue = new Queue<number>();
  const value = new Value("i", 0);
  const child = new Process({ target: add, args: [queue, value, 3] });
  child.start();
  console.log(await queue.get(), value.value);
  await child.join();
  await using pool = new Pool(1);
  console.log(...await pool.map(double, [1, 2]), await pool.apply(triple, [1]));
  console.log(await pool.apply((x: number) => x + 1, [1]));
  await pool.apply(fail).catch(({ name, message, cause }) =>
    console.log(name, message, `${cause}`)
  );
  await using manager = new Manager();
  console.log(await manager.list([1, 2]).length(), await manager.address !== "");
  using listener = new Listener();
  const [one, other] = await Promise.all([listener.accept(), connect(await listener.address)]);
  await one.send("sent");
  console.log(await other.recv());
  one.close();
  other.close();
  using _ = await new Lock().hold();
  const memory = new SharedMemory({ create: true, size: 100 });
  memory.unlink();
  memory.close();
  console.log("end");
}
