/**
 * Where the elements of a shared value or array are.
 *
 * @module
 * @internal
 */

import { allocateOwned, type Block } from "../memory/allocator.ts";
import type { Arena } from "../memory/arena.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { type AnyArray, type AnyArrayClass, type Element, elementNamed } from "./element_type.ts";

/**
 * Some elements of a type in a block of an arena. Who holds it, keeps the block from being freed.
 */
export class Region {
  readonly block: Block;
  readonly element: Element;
  /** Where they begin, in bytes from the beginning of the arena. */
  readonly offset: number;
  /** How many they are. */
  readonly length: number;

  constructor(block: Block, element: Element, offset: number, length: number) {
    this.block = block;
    this.element = element;
    this.offset = offset;
    this.length = length;
  }

  /** The elements, as a typed array of that class. */
  as<A>(array: new (buffer: ArrayBufferLike, offset: number, length: number) => A): A {
    return new array(this.block.arena.buffer, this.offset, this.length);
  }
}

/** Takes memory, all zero, for elements and for `before` bytes that stand before them. */
export function allocateRegion(
  method: StartMethod,
  element: Element,
  length: number,
  before: number = 0,
): Region {
  // Blocks are aligned to 8 bytes, as the largest elements are.
  const skipped = Math.ceil(before / 8) * 8;
  const block = allocateOwned(method, skipped + length * element.array.BYTES_PER_ELEMENT);
  return new Region(block, element, block.word * 4 + skipped, length);
}

const views = new WeakMap<Arena, Map<AnyArrayClass, AnyArray>>();

/** All of an arena as a typed array of that class. */
export function viewOf(arena: Arena, array: AnyArrayClass): AnyArray {
  let ofArena = views.get(arena);
  if (ofArena === undefined) views.set(arena, ofArena = new Map());
  let view = ofArena.get(array);
  if (view === undefined) ofArena.set(array, view = new array(arena.buffer));
  return view;
}

/** What tells a region to whoever knows the block. */
export type RegionDescription = [element: string, offset: number, length: number];

/** What a child needs to find the region. */
export function describeRegion({ element, offset, length }: Region): RegionDescription {
  return [element.array.name, offset, length];
}

/** The region that was described. */
export function reviveRegion(block: Block, description: unknown): Region {
  const [name, offset, length] = description as RegionDescription;
  return new Region(block, elementNamed(name)!, offset, length);
}
