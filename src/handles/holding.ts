/**
 * What this child holds: an object of its own stands for each hold, and the hold is given up when
 * the object is collected, or before. In the table of all, this child holds a target once.
 *
 * @module
 * @internal
 */

import { feelPressure } from "../memory/allocator.ts";
import type { Arena } from "../memory/arena.ts";
import { holdsOf } from "./holds.ts";
import type { HoldTarget } from "./target.ts";

/** A target that this child holds, and by how many objects. */
interface HeldTarget {
  readonly serial: number;
  objects: number;
}

const heldIn = new Map<Arena, Map<number, HeldTarget>>();

function heldOf(arena: Arena): Map<number, HeldTarget> {
  let held = heldIn.get(arena);
  if (held === undefined) heldIn.set(arena, held = new Map());
  return held;
}

const collected = new FinalizationRegistry<HoldTarget>(giveUp);

/**
 * Has this child hold a target until that object is collected, or `letGo` is called with it.
 *
 * @throws {RangeError} If there is no memory to note that.
 */
export function hold(object: object, target: HoldTarget): void {
  feelPressure(target.arena);
  const held = heldOf(target.arena);
  const known = held.get(target.key);
  if (known?.serial === target.serial) {
    known.objects++;
  } else {
    // One that was there before is gone, whoever may hold it.
    holdsOf(target.arena).add(target);
    held.set(target.key, { serial: target.serial, objects: 1 });
  }
  collected.register(object, target, object);
}

/** Gives up the hold that an object stands for. */
export function letGo(object: object, target: HoldTarget): void {
  collected.unregister(object);
  giveUp(target);
}

function giveUp(target: HoldTarget): void {
  const { arena, key, serial } = target;
  // What a child held that was declared dead is anyone's already.
  if (arena.isDeclaredDead()) return;
  const held = heldOf(arena);
  const known = held.get(key);
  if (known?.serial !== serial || --known.objects > 0) return;
  held.delete(key);
  holdsOf(arena).remove(target);
}
