/**
 * Handles: objects that stand for something in an arena. They travel as a few numbers, since all
 * that they are is in the arena.
 *
 * @module
 * @internal
 */

import { Block, shareBlock } from "../memory/allocator.ts";
import { arenaOf } from "../memory/arena.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { registerKind } from "./registry.ts";

/** A class of handles. */
export interface HandleKind<T extends object> {
  /** The class' name. */
  readonly name: string;
  /** The URL of the module that registers it. */
  readonly module: string;
  matches(value: object): value is T;
  /** What it stands for. */
  blockOf(handle: T): Block;
  /** What else the other side needs, such as other handles. */
  describe?(handle: T): unknown;
  /** A handle of the other side's own. */
  revive(block: Block, description: unknown): T;
}

type Description = [method: StartMethod, address: number, serial: number, more: unknown];

/** Lets a class of handles travel, to the children of the start method that they were made for. */
export function registerHandle<T extends object>(kind: HandleKind<T>): void {
  const { name, module } = kind;
  registerKind({
    name,
    module,
    isLocal: true,
    matches: (value) => kind.matches(value),
    refuses: (value, channel) => refusal(name, kind.blockOf(value as T), channel),
    describe: (value): Description => {
      const block = kind.blockOf(value as T);
      shareBlock(block);
      return [block.arena.method, block.address, block.serial, kind.describe?.(value as T)];
    },
    revive: (description) => {
      const [method, address, serial, more] = description as Description;
      return kind.revive(new Block(arenaOf(method), address, serial), more);
    },
  });
}

function refusal(name: string, block: Block, channel: unknown): string | undefined {
  const { method } = block.arena;
  if (!block.isLive) return `is a ${name} that is disposed`;
  if (channel === method) return undefined;
  if (channel === undefined) {
    return `is a ${name}, which only children of this program can use, of the start method "${method}"`;
  }
  return `is a ${name} for children of the start method "${method}", and this one is a "${channel}": ` +
    `make it in the context of the child, as with getContext("${channel}").${name}`;
}
