/**
 * Maps and sets.
 *
 * @module
 * @internal
 */

import * as tag from "./tags.ts";
import type { Reader, Writer } from "./codec_context.ts";

// A getter inside an entry may change the collection, so the entries are those at the beginning.
// The methods are those of the built-in class: a subclass may have others.

/** Encodes a map: its keys and values in turn. */
export function writeMap(writer: Writer, map: ReadonlyMap<unknown, unknown>): void {
  const items: unknown[] = [];
  Map.prototype.forEach.call(map, (value, key) => items.push(key, value));
  writer.out.byte(tag.MAP);
  writer.out.uint(items.length / 2);
  for (let i = 0; i < items.length; i++) writer.value(items[i], i);
}

/** Decodes a map. */
export function readMap(reader: Reader): Map<unknown, unknown> {
  const map = reader.add(new Map<unknown, unknown>());
  for (let left = reader.input.count(); left > 0; left--) {
    const key = reader.value();
    map.set(key, reader.value());
  }
  return map;
}

/** Encodes a set. */
export function writeSet(writer: Writer, set: ReadonlySet<unknown>): void {
  const items: unknown[] = [];
  Set.prototype.forEach.call(set, (item) => items.push(item));
  writer.out.byte(tag.SET);
  writer.out.uint(items.length);
  for (let i = 0; i < items.length; i++) writer.value(items[i], i);
}

/** Decodes a set. */
export function readSet(reader: Reader): Set<unknown> {
  const set = reader.add(new Set<unknown>());
  for (let left = reader.input.count(); left > 0; left--) set.add(reader.value());
  return set;
}
