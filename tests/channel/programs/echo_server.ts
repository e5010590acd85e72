/**
 * Listens at an address with a key (each `-` for none), says where, serves so many connections at
 * once, each until the other side closes it, and ends.
 */

import process from "node:process";
import { type Connection, Listener } from "../../../mod.ts";

const [address, authKey, count] = process.argv.slice(2).map((arg) => arg === "-" ? undefined : arg);

async function serve(end: Connection): Promise<void> {
  for await (const value of end) await end.send(value);
  end.close();
}

const listener = new Listener({ address, authKey });
console.log(await listener.address);
const served = [];
for (let i = 0; i < Number(count); i++) served.push(serve(await listener.accept()));
await Promise.all(served);
