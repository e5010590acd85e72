// @runs-on every: a sample of this folder for Node 26

import { describe, it } from "@std/testing/bdd";
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type ElementType, getContext, type ManagerOptions } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import { assertRefused, type Other, withOthers } from "../others.ts";
import { nameOf, typeCases, wrongKinds } from "../shared/types.ts";
import * as f from "./fixtures.ts";
import { withManager } from "./stage.ts";

/** What a managed array cannot be of. */
const isRefused = (type: ElementType): boolean => type === "c";

forEachMethod("A managed", (method) => {
  const manager = withManager(method);
  const [one] = withOthers(method, 1) as [Other];

  describe("Namespace", () => {
    it("holds what is assigned to its names, in the order of the assignments", async () => {
      using ns = manager.Namespace();
      ns["x"] = 1;
      const first = ns["x"];
      ns["x"] = { deep: [2] };
      assertEquals([await first, await ns["x"]], [1, { deep: [2] }]);
      await one.do(f.assign, ns, "y", "there");
      assertEquals(await ns["y"], "there");
      assertEquals(await one.do(f.read, ns, "x"), { deep: [2] });
    });

    it("begins with the names that it is given", async () => {
      using ns = manager.Namespace({ a: 1, b: undefined });
      assertEquals([await ns["a"], await ns["b"]], [1, undefined]);
    });

    it("is not made of what has no names", () => {
      for (
        const wrong of [null, 5, "text", ["a"], new Map([["a", 1]]), manager.dict()] as never[]
      ) {
        const error = assertThrows(
          () => manager.Namespace(wrong),
          TypeError,
          "Cannot make a Names",
        );
        assertStringIncludes((error as Error).message, ": received");
      }
    });

    it("tells of a name that was not set, or was removed", async () => {
      using ns = manager.Namespace({ a: 1 });
      delete ns["a"];
      for (const name of ["a", "other"]) {
        await assertRejects(async () => await ns[name], RangeError, `Cannot get ${name}`);
      }
      delete ns["never"];
      ns["a"] = 2;
      assertEquals(await ns["a"], 2);
    });

    it("has any name but two, whatever else has such a name", async () => {
      using ns = manager.Namespace();
      const names = ["constructor", "toString", "__proto__", "get", "set", "call", "", "_x", "0"];
      for (const name of [...names, "hasOwnProperty", "valueOf", "length", "name"]) {
        await assertRejects(async () => await ns[name], RangeError, "has no such name");
        ns[name] = `as ${name}`;
        assertEquals(await ns[name], `as ${name}`);
      }
      for (const name of ["then", "toJSON"]) {
        assertThrows(() => ns[name] = 1, TypeError, "choose another name");
      }
      // A namespace is not taken for a promise.
      assertEquals(await Promise.resolve(ns) === ns, true);
    });

    it("keeps copies: what was read is changed here alone", async () => {
      using ns = manager.Namespace({ list: [1] });
      (await ns["list"]).push(2);
      assertEquals(await ns["list"], [1]);
    });

    it("can be looked at by those who print it", async () => {
      using ns = manager.Namespace({ a: 1 });
      assertEquals(JSON.stringify({ ns }), '{"ns":{}}');
      assertEquals(String(ns), "[object Namespace]");
      assertEquals(await ns["a"], 1);
    });

    it("refuses at the assignment what cannot travel", async () => {
      using ns = manager.Namespace({ a: 1 });
      await assertRefused(() => ns["a"] = { deep: [() => 1] }, "deep[0] is a function");
      assertEquals(await ns["a"], 1);
    });
  });

  describe("Value", () => {
    it("is assigned and read, in the order of what is asked", async () => {
      using value = manager.Value<unknown>("i", 1);
      const before = value.value;
      value.value = 2;
      assertEquals([await before, await value.value, await value.get()], [1, 2, 2]);
      await value.set(3);
      assertEquals(await one.do(f.read, value, "value"), 3);
      await one.do(f.assign, value, "value", 4);
      assertEquals(await value.value, 4);
    });

    it("can be anything: its type is a remark, as in Python", async () => {
      for (const type of ["i", "c", "whatever", Int32Array] as ElementType[]) {
        using value = manager.Value<unknown>(type, "a text");
        assertEquals(await value.value, "a text");
        value.value = { n: 1 };
        assertEquals(await value.value, { n: 1 });
      }
    });

    it("has a type that can be named", () => {
      for (const wrong of [undefined, null, 5, {}] as never[]) {
        assertThrows(
          () => manager.Value(wrong, 1),
          TypeError,
          "must be a name or a class: received",
        );
      }
    });

    it("refuses at the assignment what cannot travel, and stays as it was", async () => {
      using value = manager.Value<unknown>("i", 1);
      await assertRefused(() => value.value = [() => 1], "[0] is a function");
      await assertRefused(() => value.set([1, () => 1]), "[1] is a function");
      assertEquals(await value.value, 1);
    });
  });

  describe("Array", () => {
    it("holds what its type does, and refuses the rest, at the call or there", async () => {
      for (const { types, array, kept, outOfRange, ...rest } of typeCases) {
        for (const type of types.filter((type) => !isRefused(type))) {
          using managed = manager.Array(type, kept);
          const copy = await managed.copy();
          assertEquals([Array.from(copy as never), copy.constructor.name], [kept, array.name]);
          const wrong = wrongKinds({ types, array, kept, outOfRange, ...rest });
          for (const item of [...outOfRange, ...wrong] as never[]) {
            const what = `${nameOf(type)} ${typeof item}`;
            assertThrows(() => manager.Array(type, [item]), Error, "must be", what);
          }
          for (const item of outOfRange as never[]) {
            await assertRejects(() => managed.set(0, item), Error, "must be");
          }
          assertEquals(await managed.get(0), kept[0]);
        }
      }
      for (const wrong of [undefined, 5, null, {}] as never[]) {
        const make = () => manager.Array("i", wrong);
        assertThrows(make, TypeError, "init must be iterable: received");
      }
    });

    it("names the typecodes that it knows when it refuses another", () => {
      const codes = "b B h H i I l L q Q f d";
      for (const wrong of ["c", "x", "u", "?"] as never[]) {
        assertThrows(() => manager.Array(wrong, []), TypeError, codes);
        assertThrows(() => manager.Array(wrong, []), TypeError, `"${wrong as string}"`);
      }
      for (const wrong of ["", "Foo", 1, null, undefined, Map, {}] as never[]) {
        assertThrows(() => manager.Array(wrong, []), TypeError, "received");
      }
      for (const wrong of [5, null, {}] as never[]) {
        assertThrows(() => manager.Array("i", wrong), TypeError);
      }
    });

    it("has positions from both ends", async () => {
      using array = manager.Array("i", [10, 11, 12]);
      assertEquals([await array.get(0), await array.get(-1), await array.length()], [10, 12, 3]);
      await array.set(-3, 5);
      await one.do(f.ask, array, "set", 1, 6);
      assertEquals([...await array.copy()], [5, 6, 12]);
      assertEquals([...await array.slice(1)], [6, 12]);
      assertEquals([...await array.slice(-2, -1)], [6]);
      assertEquals([...await array.slice(2, 1)], []);
      assertInstanceOf(await array.slice(5), Int32Array);
      for (const at of [3, -4]) {
        const message = `position ${at} as the array has 3 items`;
        await assertRejects(() => array.get(at), RangeError, message);
        await assertRejects(() => array.set(at, 1), RangeError, message);
      }
      for (const at of [0.5, "1", null] as never[]) {
        await assertRejects(() => array.get(at), TypeError, "must be an integer");
      }
      assertEquals(await Array.fromAsync(array), [5, 6, 12]);
    });

    it("gives copies, that bring no more than was asked for", async () => {
      using array = manager.Array("d", [1, 2, 3, 4]);
      const slice = await array.slice(1, 3);
      assertEquals([...slice], [2, 3]);
      assertEquals(slice.buffer.byteLength, 16);
      slice[0] = 9;
      assertEquals(await array.get(1), 2);
      const copy = await array.copy();
      copy.fill(0);
      assertEquals([...await array.copy()], [1, 2, 3, 4]);
    });
  });

  describe("Manager", () => {
    it("refuses options that are none", () => {
      const { Manager } = getContext(method);
      for (const authKey of [1, {}] as never[]) {
        assertThrows(() => new Manager({ authKey }), Error, "received");
      }
      for (const options of [{ address: 1 }, { address: "host:x" }] as never as ManagerOptions[]) {
        assertThrows(() => new Manager(options), Error, "received");
      }
    });
  });
});
