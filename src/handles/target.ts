/**
 * What can be held: a block of an arena, or one part of what is in it, such as an end of a pipe.
 *
 * @module
 * @internal
 */

import { Block, free } from "../memory/allocator.ts";
import type { Arena } from "../memory/arena.ts";

/** How the end of a target is brought about, by a number that all children know. */
export type Ending = number;

/** What is done with a target of which nobody is left that holds it. */
type EndTarget = (block: Block, part: number) => void;

/** The block is given back, and nothing else. */
export const endBlock: Ending = 0;

const endings = new Map<Ending, EndTarget>([[endBlock, (block) => free(block)]]);

/** Says how targets end. A child in which nobody has said it leaves such targets to others. */
export function registerEnding(ending: Ending, end: EndTarget): void {
  endings.set(ending, end);
}

/** Whether this child knows how such targets end. */
export const knowsEnding = (ending: Ending): boolean => endings.has(ending);

/** Something that is held. It does not hold the block: that is the affair of who made this. */
export class HoldTarget {
  readonly arena: Arena;
  /** Where its block is, and what tells that from others there. */
  readonly address: number;
  readonly serial: number;
  readonly part: number;
  readonly ending: Ending;

  constructor(block: Block, ending: Ending, part: number = 0) {
    this.arena = block.arena;
    this.address = block.address;
    this.serial = block.serial;
    this.part = part;
    this.ending = ending;
  }

  /**
   * What tells it from all others at a time: blocks begin with lines, of which the parts are single
   * bytes.
   */
  get key(): number {
    return this.address + this.part;
  }

  /** Does what is to be done when nobody holds it. */
  end(): void {
    endings.get(this.ending)?.(new Block(this.arena, this.address, this.serial), this.part);
  }
}
