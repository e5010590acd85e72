/**
 * To whom a message goes, as `channel` of its encoder tells: to children of a start method, to a
 * child of fewer permissions, or to another program, where there is no channel.
 *
 * @module
 * @internal
 */

import type { StartMethod } from "../runtime/start_method.ts";
import { aName } from "./failure.ts";

/**
 * In place of a start method: a child of fewer permissions, which shares no memory with its parent.
 */
export const isolated = "isolated";

/**
 * Why something in the memory of a start method's children cannot travel; `undefined` where it can.
 */
export function memoryRefusal(
  name: string,
  method: StartMethod,
  channel: unknown,
): string | undefined {
  if (channel === method) return undefined;
  if (channel === undefined) {
    return `is ${
      aName(name)
    }, which only children of this program can use, of the start method "${method}"`;
  }
  return isolationRefusal(name, channel) ??
    `is ${
      aName(name)
    } for children of the start method "${method}", and this one is a "${channel}"`;
}

/** Why something that needs common memory cannot travel to a child of fewer permissions. */
export function isolationRefusal(name: string, channel: unknown): string | undefined {
  if (channel !== isolated) return undefined;
  return `is ${aName(name)}, which a child of fewer permissions cannot use as it shares no memory`;
}
