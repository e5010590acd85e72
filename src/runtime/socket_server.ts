/**
 * Where other programs connect their sockets to.
 *
 * @module
 * @internal
 */

import fs from "node:fs";
import type net from "node:net";
import path from "node:path";
import process from "node:process";
import { atExit } from "./at_exit.ts";
import { capabilities } from "./capabilities.ts";
import { isDeserted, removeDeserted, socketName } from "./stale_folders.ts";
import { lateNet, lateTls } from "./lazy_builtins.ts";
import { Socket, type SocketAddress } from "./socket.ts";
import { temporaryFolder } from "./temporary_folder.ts";
import type { ListenTls } from "./tls_options.ts";

/**
 * An address of one's own: a file in a new folder that only this user can enter, since then the
 * system keeps all others out. Where a program cannot have that (Windows, Deno without permission)
 * it is a free port that only this machine reaches.
 */
export function freshAddress(): SocketAddress {
  if (!mayMakeFolders()) return { host: "127.0.0.1", port: 0 };
  const planned = plannedPath();
  makeFolderOf(planned);
  return { path: planned };
}

/**
 * How long the path of a socket may be: 104 characters on macOS, 108 on Linux, with one at its end.
 */
const longestPath = 103;

/** The path of a socket in a folder that there is not yet. */
export function plannedPath(): string {
  const own = path.join(`nproc-${crypto.randomUUID().slice(-12)}`, socketName);
  return path.join(temporaryFolder(longestPath - own.length - 1), own);
}

/** Makes the folder of such a path. It is removed with the socket. */
export function makeFolderOf(planned: string): void {
  const folder = path.dirname(planned);
  fs.mkdirSync(folder, { mode: 0o700 });
  ownFolders.add(folder);
  // What cannot be removed is as if nobody had looked: it is not this program's.
  removeDeserted(folder).catch(() => {});
}

/** Removes the folder of such a path, if whoever has made it was killed before it could. */
export function removeFolderOf(planned: string): void {
  fs.rmSync(path.dirname(planned), { recursive: true, force: true });
}

/** Whether this program can have sockets in folders of its own. */
export function mayMakeFolders(): boolean {
  return process.platform !== "win32" &&
    (["read", "write", "env", "net"] as const).every(capabilities.permits);
}

/** Deno tells who may not listen at a port by an error that nobody can catch. */
function checkAllowed({ host, port }: { host: string; port: number }): void {
  const name = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  if (capabilities.mayListen(name)) return;
  throw new Error(
    `Cannot listen at ${name} as Deno refuses it: run the program with --allow-net=${name}`,
  );
}

/** How sockets are encrypted, and what is done for those that are not so far. */
export interface Encryption {
  readonly tls: ListenTls;
  /**
   * How many may be at their handshake; of more, the one that has been for the longest time is
   * dropped.
   */
  readonly most: number;
  /** How long that may take, in milliseconds. */
  readonly handshakeTimeout: number;
}

function encryptedServer(
  welcome: (socket: net.Socket) => void,
  { tls, most, handshakeTimeout }: Encryption,
): net.Server {
  /** Those at their handshake, the longest there first. */
  const shaking = new Set<net.Socket>();
  const seen = new WeakSet<net.Socket>();
  const options = { handshakeTimeout, ...tls };
  const server = lateTls().createServer(options, (socket) => {
    const connection = connectionOf(socket);
    // Where a runtime no longer tells which it was, none may be dropped for another that is
    // through.
    shaking.delete(seen.has(connection) ? connection : [...shaking][0]!);
    welcome(socket);
  });
  server.on("connection", (socket: net.Socket) => {
    socket.once("close", () => shaking.delete(socket));
    seen.add(socket);
    shaking.add(socket);
    if (shaking.size <= most) return;
    const [oldest] = shaking;
    // Now: its end is told later, and several may come before.
    shaking.delete(oldest!);
    oldest!.destroy();
  });
  // One that does not get so far is nobody's.
  server.on("tlsClientError", (_error: Error, socket: net.Socket) => socket.destroy());
  return server;
}

/**
 * The connection that a socket came out of by its handshake. On Bun it is the same object, on Node
 * and Deno another one: no documented property leads from one to the other, and those over a file
 * have no address to tell them by.
 */
const connectionOf = (socket: net.Socket): net.Socket =>
  (socket as net.Socket & { readonly _parent?: net.Socket })._parent ?? socket;

/** The folders that `freshAddress` made. */
const ownFolders = new Set<string>();

/** Listens at an address for sockets. It does not keep the program alive unless it is held. */
export class SocketServer {
  readonly #server: net.Server;
  #holds = 0;
  #listens = false;
  #closed = false;
  /** Removes what is in the file system of it. */
  #remove = () => {};

  constructor(onSocket: (socket: Socket) => void, encryption?: Encryption) {
    const welcome = (socket: net.Socket) => onSocket(new Socket(socket));
    this.#server = encryption === undefined
      ? lateNet().createServer(welcome)
      : encryptedServer(welcome, encryption);
    // One socket that the system could not accept (it has no more descriptors) ends nothing.
    this.#server.on("error", () => {});
  }

  /**
   * Begins to listen, and gives the address where it does: for port 0 the one that was free.
   *
   * @throws The runtime's error as it is, as when the address is in use.
   */
  async listen(address: SocketAddress): Promise<SocketAddress> {
    if ("host" in address) checkAllowed(address);
    // The pipes of Windows are no files.
    const isFile = "path" in address && process.platform !== "win32";
    const file = isFile ? path.resolve(address.path) : undefined;
    // Nobody else's is in a folder of its own: that goes also if the program ends before this
    // listens.
    const isOwn = file !== undefined && ownFolders.has(path.dirname(file));
    if (isOwn) this.#keep(file);
    try {
      await this.#listenAt(address);
    } catch (error) {
      if (!("path" in address) || !isInUse(error) || !await removeStale(address.path)) throw error;
      await this.#listenAt(address);
    }
    this.#listens = true;
    if (this.#holds === 0) this.#server.unref();
    if (file !== undefined && !isOwn) this.#keep(file);
    const found = this.#server.address();
    if (this.#closed) this.close();
    if (found === null || typeof found === "string") return address;
    return { host: found.address, port: found.port };
  }

  #listenAt(address: SocketAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(address, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
  }

  /** Has the file of the socket removed at its end, and at that of the program. */
  #keep(file: string): void {
    const remove = () => {
      fs.rmSync(file, { force: true });
      const folder = path.dirname(file);
      if (ownFolders.delete(folder)) fs.rmSync(folder, { recursive: true, force: true });
    };
    const callOff = atExit(remove);
    this.#remove = () => {
      callOff();
      remove();
    };
  }

  /** Keeps the program alive until what this gives is called. */
  hold(): () => void {
    if (++this.#holds === 1) this.#server.ref();
    return () => {
      if (--this.#holds === 0) this.#server.unref();
    };
  }

  /** Listens no more, or never does if it has not begun. The sockets that it gave stay. */
  close(): void {
    this.#closed = true;
    // Before it listens that would have it never tell that it does.
    if (!this.#listens) return;
    this.#server.close();
    this.#remove();
    this.#remove = () => {};
  }
}

const isInUse = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "EADDRINUSE";

/**
 * Removes the file of a socket where nobody listens, as a program leaves it that was killed. Gives
 * whether it did. It looks once more at the file under another name: meanwhile another program may
 * have done the same, and listen there.
 */
async function removeStale(file: string): Promise<boolean> {
  const isSocket = fs.lstatSync(file, { throwIfNoEntry: false })?.isSocket() ?? false;
  if (!isSocket || !await isDeserted(file)) return false;
  const aside = `${file}.${process.pid}`;
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return true;
    throw error;
  }
  if (await isDeserted(aside)) {
    fs.rmSync(aside, { force: true });
    return true;
  }
  fs.renameSync(aside, file);
  return false;
}
