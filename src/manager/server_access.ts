/**
 * How a manager reaches its server: a child that it starts with the first use, or the server of
 * another program, to which it is connected.
 *
 * @module
 * @internal
 */

import { copyOf } from "../channel/authentication.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import type { Remote } from "./client/remote.ts";
import type { ServerLink } from "./client/server_link.ts";
import type { ManagerOptions } from "./options.ts";
import { serverSlot } from "./protocol/messages.ts";
import type { RegisteredType } from "./protocol/registered_type.ts";
import { ServerProcess } from "./server_process.ts";

/** The server of one manager. */
export class ServerAccess {
  /** The types of the user's own, which the server is started with. */
  readonly types: RegisteredType[] = [];
  readonly #method: StartMethod;
  readonly #options: ManagerOptions;
  readonly #remote: Remote | undefined;
  #server: ServerProcess | undefined;
  #isShutDown = false;

  constructor(method: StartMethod, options: ManagerOptions, remote: Remote | undefined) {
    this.#method = method;
    this.#options = { ...options, authKey: copyOf(options.authKey) };
    this.#remote = remote;
  }

  /** What is shown of the manager. */
  get state(): string {
    if (this.#remote !== undefined) return "connected";
    if (this.#isShutDown) return "shut down";
    return this.#server === undefined ? "initial" : "started";
  }

  /**
   * Whether the server was started, or is another program's: no type can be registered any more.
   */
  get isUsed(): boolean {
    return this.#server !== undefined || this.#remote !== undefined;
  }

  /**
   * The link to the server, which is started if it is not.
   *
   * @throws {Error} After a shutdown; `what` cannot be done then.
   */
  link(what: string): ServerLink {
    if (this.#isShutDown) {
      const whose = this.#remote === undefined ? "the manager" : "the connection to the manager";
      throw new Error(`Cannot ${what} as ${whose} was shut down`);
    }
    if (this.#remote !== undefined) return this.#remote.link;
    const { address, authKey, limits, tls } = this.#options;
    this.#server ??= new ServerProcess(this.#method, {
      address,
      authKey,
      types: this.types,
      limits,
      tls,
    });
    return this.#server.link;
  }

  /** Has the server listen for other programs, and gives the address. */
  async listen(): Promise<string> {
    const link = this.link("tell the address");
    if (this.#remote !== undefined) return link.route.socket!.address;
    const address = await link.call(serverSlot, "address", []) as string;
    // The children of this program know no certificates: they go by the socket that is theirs.
    if (this.#options.tls === undefined) {
      link.route = { ...link.route, socket: { address, authKey: this.#server!.authKey } };
    }
    return address;
  }

  /** Ends the server, or the connection to another program's. */
  async shutdown(): Promise<void> {
    this.#isShutDown = true;
    this.#remote?.link.disconnect();
    await this.#server?.shutdown();
  }
}
