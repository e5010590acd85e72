/** A web server that computes in a pool, so that it goes on answering meanwhile. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool, TimeoutError } from "@nproc/multiprocessing";

/** Takes long on purpose: it would block the event loop of the server. */
export function fibonacci(n: number): number {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

if (import.meta.main) {
  await using pool = new Pool(2);
  let underWay = 0;

  const server = createServer(async (request, response) => {
    const n = Number(new URL(request.url ?? "/", "http://localhost").searchParams.get("n"));
    // A client that has gone away needs no answer. The abort replaces the worker.
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    if (underWay >= 100) return void response.writeHead(503).end("busy\n");
    underWay++;
    try {
      const result = await pool.apply(fibonacci, [n], { timeout: 2000, signal: gone.signal });
      response.end(`${result}\n`);
    } catch (error) {
      response.writeHead(error instanceof TimeoutError ? 503 : 500).end("no result\n");
    } finally {
      underWay--;
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  // A client, so that the program shows something.
  const answers = [10, 20, 99].map(async (n) => {
    const response = await fetch(`http://127.0.0.1:${port}/?n=${n}`);
    return `${n}: ${response.status} ${(await response.text()).trim()}`;
  });
  for (const answer of answers) console.log(await answer);
  server.close();
  server.closeAllConnections();
}
