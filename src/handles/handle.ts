/**
 * Handles: objects that stand for something in an arena. They travel as a few numbers, since all
 * that they are is in the arena. What they stand for is there until nobody who lives has a handle,
 * and no message carries one; or until somebody disposes of it.
 *
 * @module
 * @internal
 */

import { isolated, memoryRefusal } from "../codec/destination.ts";
import { type Departure, registerExtension } from "../codec/extension.ts";
import { Block, shareBlock } from "../memory/allocator.ts";
import { arenaOf } from "../memory/arena.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { hold } from "./holding.ts";
import type { MessageHold } from "./holds.ts";
import { endBlock, type Ending, HoldTarget } from "./target.ts";
import { arrive, depart } from "./travel.ts";

/** A class of handles. */
export interface HandleKind<T extends object> {
  /** The class' name. */
  readonly name: string;
  /** The URL of the module that registers it. */
  readonly module: string;
  matches(value: object): value is T;
  /** What it stands for. The handle holds this very object as long as it is used. */
  blockOf(handle: T): Block;
  /** What is done when nobody has it any more, unless that is to give the block back. */
  readonly ending?: Ending;
  /** What else the other side needs, such as other handles. */
  describe?(handle: T): unknown;
  /** A handle of the other side's own. */
  revive(block: Block, description: unknown): T;
}

type HandleDescription = [
  method: StartMethod,
  address: number,
  serial: number,
  more: unknown,
  hold: MessageHold | undefined,
];

/** Lets a class of handles travel, to the children of the start method that they were made for. */
export function registerHandle<T extends object>(kind: HandleKind<T>): void {
  const { name, module, ending = endBlock } = kind;
  registerExtension({
    name,
    module,
    isLocal: true,
    shape: ["string", "number", "number", "any?", "any?"],
    matches: (value) => kind.matches(value),
    refuses: (value, channel) => refusal(name, kind.blockOf(value as T), channel),
    describe: (value, departure): HandleDescription => {
      const block = kind.blockOf(value as T);
      const target = new HoldTarget(block, ending);
      if (shareBlock(block)) hold(block, target);
      const held = departTo(departure, block, target);
      const { arena: { method }, address, serial } = block;
      return [method, address, serial, kind.describe?.(value as T), held];
    },
    revive: (description) => {
      const [method, address, serial, more, held] = description as HandleDescription;
      const block = new Block(arenaOf(method), address, serial);
      const target = new HoldTarget(block, ending);
      hold(block, target);
      arrive(target, held);
      return kind.revive(block, more);
    },
  });
}

/** A sender that hears of the end of its message keeps the block until then: that costs least. */
function departTo(departure: Departure, block: Block, target: HoldTarget): MessageHold | undefined {
  if (departure.heldBy !== "sender") return depart(target, departure);
  departure.keep(block);
  return undefined;
}

function refusal(name: string, block: Block, channel: unknown): string | undefined {
  const { method } = block.arena;
  if (!block.isLive) return `is a ${name} that is disposed`;
  const reason = memoryRefusal(name, method, channel);
  if (reason === undefined || channel === undefined || channel === isolated) return reason;
  return `${reason}: make it in the context of the child, as with getContext("${channel}").${name}`;
}
