/**
 * Modules of the runtime that few programs need, loaded when they are. Every child would pay for
 * them with its start: `node:crypto` takes 8 ms and more on Node, `node:net` as much on Bun.
 *
 * @module
 * @internal
 */

import type { Buffer } from "node:buffer";
import type * as Crypto from "node:crypto";
import type * as Net from "node:net";
import type * as Tls from "node:tls";
import process from "node:process";

export type { KeyObject } from "node:crypto";

/** Node's `node:net`. */
export const lateNet = (): typeof Net => process.getBuiltinModule("node:net");

/** Node's `node:tls`. */
export const lateTls = (): typeof Tls => process.getBuiltinModule("node:tls");

/** Node's `node:crypto`. */
export const lateCrypto = (): typeof Crypto => process.getBuiltinModule("node:crypto");

/** Node's `Buffer`. */
export const lateBuffer = (): typeof Buffer => process.getBuiltinModule("node:buffer").Buffer;

/** Whether a view, whose class extends `Uint8Array`, is a `Buffer`. */
export const isNodeBuffer = (view: ArrayBufferView): boolean => view instanceof lateBuffer();
