/** Stops one task, and then the whole program without losing the tasks that have begun. */

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool, TimeoutError } from "@nproc/multiprocessing";

export async function render(page: string): Promise<string> {
  await sleep(200);
  return `<h1>${page}</h1>`;
}

export async function neverEnds(): Promise<void> {
  for (;;) await sleep(1000);
}

if (import.meta.main) {
  const pool = new Pool(2);

  // A task that takes too long: its worker is replaced.
  const late = pool.apply(neverEnds, [], { timeout: 100 });
  console.log(await late.catch((error) => error instanceof TimeoutError)); // true

  // A task that nobody wants any more.
  const unwanted = new AbortController();
  const dropped = pool.apply(neverEnds, [], { signal: unwanted.signal });
  setTimeout(() => unwanted.abort("nobody wants it"), 100);
  console.log(await dropped.catch((reason) => reason)); // nobody wants it

  // The end of the program: let tasks finish for ten seconds, then end the workers.
  const stop = Promise.withResolvers<string>();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.resolve(signal));
  const pages = ["home", "news"].map((page) => pool.apply(render, [page]));
  setTimeout(() => process.kill(process.pid, "SIGTERM"), 100); // as systemd and Docker do
  console.log(await stop.promise); // SIGTERM
  pool.close();
  const isDrained = await Promise.race([
    pool.join().then(() => true),
    sleep(10_000, false, { ref: false }),
  ]);
  if (!isDrained) await pool.terminate();
  console.log(await Promise.all(pages)); // [ "<h1>home</h1>", "<h1>news</h1>" ]
}
