/**
 * Addresses as a user writes them.
 *
 * @module
 * @internal
 */

import { wrongArgument } from "../arguments.ts";
import type { SocketAddress } from "../runtime/socket.ts";

/** `host:port`; a host with colons of its own, which is one of IPv6, stands in brackets. */
const withPort = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/;
const largestPort = 65535;

/**
 * Reads an address: `host:port`, or the path of a socket in the file system, which is anything with
 * a slash in it or without a colon.
 *
 * @throws {TypeError} If it is neither.
 * @throws {RangeError} If there can be no such port.
 */
export function parseAddress(address: string, action: string): SocketAddress {
  const fail = (Class: typeof TypeError | typeof RangeError, rule: string): never => {
    throw wrongArgument(Class, `Cannot ${action} as ${rule}`, address);
  };
  if (typeof address !== "string" || address === "" || address.includes("\0")) {
    return fail(TypeError, 'the address must be "host:port" or the path of a socket');
  }
  if (/[/\\]/.test(address) || !address.includes(":")) return { path: address };
  const parts = withPort.exec(address);
  if (parts === null) {
    return fail(TypeError, 'the address must be "host:port" or the path of a socket');
  }
  const port = Number(parts[3]);
  if (port > largestPort) fail(RangeError, `its port must be up to ${largestPort}`);
  return { host: parts[1] ?? parts[2]!, port };
}

/** Writes an address as `parseAddress` reads it. */
export function formatAddress(address: SocketAddress): string {
  if ("path" in address) return address.path;
  const { host, port } = address;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
