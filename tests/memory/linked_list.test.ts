// @runs-on every: Node 26 maps memory by itself

import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { LinkedList } from "../../src/memory/linked_list.ts";

const firstAt = 3;
const nextAt = 1;
const places = 8;
const wordOf = (place: number): number => 10 + 2 * place;

const place = fc.nat(places - 1);
const change = fc.record({
  do: fc.constantFrom("prepend" as const, "append" as const, "remove" as const),
  item: place.map(wordOf),
});

/** Does the same to an array. */
function changed(model: readonly number[], { do: what, item }: { do: string; item: number }) {
  const others = model.filter((each) => each !== item);
  if (what === "remove") return others;
  if (model.includes(item)) return [...model];
  return what === "append" ? [...model, item] : [item, ...model];
}

describe("a list in shared memory", () => {
  it("is what an array is after the same changes, as anyone sees it", () => {
    fc.assert(fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      // What an item's word held before it was added does not matter.
      const words = new Int32Array(10 + 2 * places).fill(-1);
      words[firstAt] = 0;
      const list = new LinkedList(words, firstAt, nextAt);
      let model: number[] = [];
      for (const each of changes) {
        if (each.do === "remove" || !list.has(each.item)) list[each.do](each.item);
        model = changed(model, each);
        assertEquals([...new LinkedList(words, firstAt, nextAt)], model);
        for (let i = 0; i < places; i++) {
          assertEquals(list.has(wordOf(i)), model.includes(wordOf(i)));
        }
      }
    }));
  });

  it("goes on behind an item that is removed, and used for something else, meanwhile", () => {
    fc.assert(fc.property(fc.uniqueArray(place), fc.func(fc.boolean()), (all, isRemoved) => {
      const words = new Int32Array(10 + 2 * places);
      const list = new LinkedList(words, firstAt, nextAt);
      const items = all.map(wordOf);
      for (const item of items) list.append(item);
      const seen: number[] = [];
      for (const item of list) {
        seen.push(item);
        if (!isRemoved(item)) continue;
        list.remove(item);
        words[item + nextAt] = -1;
      }
      assertEquals(seen, items);
      assertEquals([...list], items.filter((item) => !isRemoved(item)));
    }));
  });

  it("is as it was if a child dies before the one store that counts", () => {
    const items = [0, 1, 2].map(wordOf);
    const words = new Int32Array(10 + 2 * places);
    const list = new LinkedList(words, firstAt, nextAt);
    for (const item of items) list.append(item);
    const changes = [
      () => list.append(wordOf(3)),
      () => list.prepend(wordOf(3)),
      ...items.map((item) => () => list.remove(item)),
    ];
    for (const change of changes) {
      const { store } = Atomics;
      const dying = Atomics as { store: unknown };
      dying.store = () => {
        throw new Error("died");
      };
      try {
        assertThrows(change, Error, "died");
      } finally {
        dying.store = store;
      }
      assertEquals([...list], items);
    }
  });
});
