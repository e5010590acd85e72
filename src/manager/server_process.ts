/**
 * A manager's server, as the one sees it who has started it.
 *
 * @module
 * @internal
 */

import type { Limits } from "../channel/limits.ts";
import { generateAuthKey } from "../channel/auth_key.ts";
import { encoderFor, frameKind } from "../process/messages.ts";
import { adopt } from "../process/process.ts";
import { StartedChild } from "../process/started_child.ts";
import { allocateQueue, type Queue, queueIn } from "../queue/queue.ts";
import { mayMakeFolders, plannedPath, removeFolderOf } from "../runtime/socket_server.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import type { ListenTls } from "../runtime/tls_options.ts";
import type { ServerLink } from "./client/server_link.ts";
import { linkTo } from "./client/server_links.ts";
import { serverRole, type ServerSetUp } from "./server/server.ts";
import type { RegisteredType } from "./protocol/registered_type.ts";

/** How long a server may take to end by itself, in milliseconds. */
const grace = 2000;
/** What a server is told at its start. */
export interface ServerOptions {
  readonly address: string | undefined;
  readonly authKey: string | Uint8Array | undefined;
  readonly types: readonly RegisteredType[];
  readonly limits: Limits | undefined;
  readonly tls: ListenTls | undefined;
}

let count = 0;

/** A server that was started. */
export class ServerProcess {
  readonly link: ServerLink;
  readonly authKey: string | Uint8Array;
  readonly #child: StartedChild;
  readonly #inbox: Queue;
  readonly #socket: string | undefined;

  constructor(method: StartMethod, { address, authKey, types, limits, tls }: ServerOptions) {
    this.authKey = authKey ?? generateAuthKey();
    this.#inbox = queueIn(allocateQueue(method, 0));
    this.#socket = mayMakeFolders() ? plannedPath() : undefined;
    const setUp: ServerSetUp = {
      id: crypto.randomUUID(),
      inbox: this.#inbox,
      address,
      socket: this.#socket,
      authKey: this.authKey,
      types,
      limits: limits ?? {},
      tls,
    };
    const encoder = encoderFor(method);
    encoder.writeUint(frameKind.serve);
    encoder.write(setUp, "value");
    this.#child = new StartedChild({
      ...serverRole,
      name: `Manager-${++count}`,
      // It may have children: a managed pool's workers. It ends with this program all the same.
      daemon: false,
      method,
      outlivesStopSignals: true,
      first: () => encoder.take(),
    }, { ended: () => this.#end() });
    adopt(this.#child);
    this.#child.keepAlive(false);
    const memory = {
      method,
      inbox: this.#inbox,
      memberId: this.#child.memberId,
      socketPath: this.#socket,
      authKey: this.authKey,
    };
    this.link = linkTo({ id: setUp.id, memory, socket: undefined });
  }

  /** Ends the server: by itself, or if it is busy, by force. */
  async shutdown(): Promise<void> {
    if (!this.#child.isAlive) return;
    const encoder = encoderFor(this.#child.method);
    encoder.writeUint(frameKind.finish);
    this.#child.post(encoder.take());
    this.#child.keepAlive(true);
    if (await this.#child.ended.wait({ timeout: grace })) return;
    this.#child.kill("SIGKILL");
    await this.#child.ended.wait();
  }

  #end(): void {
    this.link.close();
    // One that was killed could not.
    if (this.#socket !== undefined) removeFolderOf(this.#socket);
    // Whoever asks from now on is told, here and in all children.
    this.#inbox[Symbol.dispose]();
  }
}
