/** Drops connections without closing them, and says how many of the other ends were told so. */

import { connect, type Connection, EOFError, Listener } from "../../../mod.ts";

const collectors = globalThis as { gc?: () => void; Bun?: { gc(force: boolean): void } };
const collect = (): void => collectors.Bun ? collectors.Bun.gc(true) : collectors.gc!();

const listener = new Listener();
const address = await listener.address;

async function drop(): Promise<Connection> {
  const accepting = listener.accept();
  const here = await connect(address);
  await here.send("the last word");
  return await accepting;
}

const left = await Promise.all(Array.from({ length: 10 }, drop));
let ended = 0;
const endings = left.map(async (end) => {
  await end.recv();
  await end.recv().catch((error) => ended += error instanceof EOFError ? 1 : 0);
});
// A collector may keep one that it takes for used.
for (let round = 0; round < 200 && ended < 9; round++) {
  collect();
  await new Promise((resolve) => setTimeout(resolve, 10));
}
console.log(ended >= 9);
for (const end of left) end.close();
listener.close();
await Promise.all(endings);
