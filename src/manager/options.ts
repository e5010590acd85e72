import { checkObject, checkOptions, wrongArgument } from "../arguments.ts";
import { parseAddress } from "../channel/address.ts";
import { keyOf } from "../channel/authentication.ts";
import type { ConnectOptions } from "../channel/connect.ts";
import { checkLimits, type Limits } from "../channel/limits.ts";
import type { ListenTls } from "../runtime/tls_options.ts";

/** The options of a manager. */
export interface ManagerOptions {
  /**
   * Where other programs can connect: `"host:port"`, port 0 for one that is free, or the path of a
   * socket. If it is left out, a socket in a new temporary folder, from when `address` is asked
   * for.
   */
  readonly address?: string | undefined;
  /** The key that those must prove to know; a random one, which nobody does, if it is left out. */
  readonly authKey?: string | Uint8Array | undefined;
  /**
   * Encrypts their connections: see `ListenerOptions.tls`. They give `Manager.connect` its `tls`.
   */
  readonly tls?: ListenTls | undefined;
  /**
   * What those may ask of the server; `requests` holds for every client, children of this program,
   * too.
   */
  readonly limits?: Limits | undefined;
}

/**
 * Checks what a caller gave as the options of a manager.
 *
 * @internal
 */
export function checkManagerOptions(options: ManagerOptions): void {
  const verb = "make a manager";
  if (options.address !== undefined) parseAddress(options.address, verb);
  keyOf(options.authKey);
  checkLimits(verb, options.limits);
  if (options.tls !== undefined) checkObject(verb, "tls", options.tls);
}

/**
 * Checks the options of a connection to a manager.
 *
 * @internal
 */
export function checkConnectOptions(options: ConnectOptions): void {
  checkOptions("connect to a manager", options);
  if (options.authKey !== undefined) return;
  throw wrongArgument(
    TypeError,
    "Cannot connect to a manager without its authKey, which every manager has",
    options.authKey,
  );
}
