/**
 * A chat server on a pool: a worker talks to one client until that leaves, so four clients are
 * served, and the others wait. With a port as argument it serves whoever comes; without one it
 * shows itself to six clients.
 */

import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { Duplex } from "node:stream";
import { currentProcess, Pool } from "@nproc/multiprocessing";
import { print, setUp, sleep } from "../_lib.ts";
import { chat } from "./_chat.ts";

/** A connection over TCP, as it travels. */
interface Conn {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

export async function talk({ readable, writable }: Conn): Promise<void> {
  print(`进程pid: ${currentProcess().pid}`);
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const conn = writable.getWriter();
  for await (const msg of readable) {
    const text = decoder.decode(msg, { stream: true });
    await conn.write(encoder.encode(text.toUpperCase()));
  }
  await conn.close();
}

/** The server and its pool, which end with the block that they are made in. */
export class ChatServer implements AsyncDisposable {
  readonly #p = new Pool(4);
  readonly #server: Server = createServer({ allowHalfOpen: true }, (conn) => {
    // A client that goes in the middle of a word ends its task alone.
    this.#p.applyAsync(talk, [Duplex.toWeb(conn) as Conn], { errorCallback: () => {} });
  });

  static async listen(port: number = 0): Promise<ChatServer> {
    const made = new ChatServer();
    made.#server.listen(port, "127.0.0.1");
    await once(made.#server, "listening");
    return made;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#p.close();
    await this.#p.join();
  }
}

/** One client, and what it hears. */
interface Client {
  readonly i: number;
  readonly replies: AsyncGenerator<string>;
}

async function hear({ i, replies }: Client): Promise<void> {
  print(`${i} hears: ${(await replies.next()).value}`);
}

/** Six clients, of which each says its number and then stays. */
async function sixClients(port: number): Promise<void> {
  const clients = [1, 2, 3, 4, 5, 6].map((i) => ({ i, replies: chat(port, [`client ${i}`]) }));
  for (const client of clients.slice(0, 4)) await hear(client);

  const waiting = clients.slice(4).map(hear);
  print("5 and 6 wait");
  await sleep(1);
  for (const { i, replies } of clients) {
    print(`${i} leaves`);
    await replies.return(undefined);
    await waiting.shift();
  }
}

if (import.meta.main) {
  const [port] = setUp();
  const server = await ChatServer.listen(Number(port ?? 0));
  if (port === undefined) {
    await sixClients(server.port);
    await server[Symbol.asyncDispose]();
  }
}
