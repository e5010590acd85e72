// @runs-on every: Node 26 maps memory by itself

import process from "node:process";
import { it } from "@std/testing/bdd";
import { assertEquals, assertNotEquals } from "@std/assert";
import { getContext } from "../../mod.ts";
import { arenaOf } from "../../src/memory/arena.ts";
import { Members, slotCountOf } from "../../src/memory/members.ts";
import { perProcess, processStamp } from "../../src/runtime/thread_id.ts";
import { forEachMethod } from "../harness.ts";
import * as f from "../sync/fixtures.ts";
import { type Other, withOthers } from "../others.ts";

/** A member of tables of its own: as if this were another program. */
const enter = (method: "worker" | "process", tables: [Int32Array, Int32Array]): Members =>
  new Members(method, ...tables);

forEachMethod("Members", (method) => {
  const newTables = (): [Int32Array, Int32Array] => [
    new Int32Array(slotCountOf(method)),
    new Int32Array(slotCountOf(method)),
  ];
  /** An id that is nobody's in such tables. */
  const id = method === "process" ? 4711 : process.pid * perProcess + 4711;
  const [one] = withOthers(method, 1) as [Other];

  it("are alive until they have left, and are not taken for who comes after them", () => {
    const tables = newTables();
    const first = enter(method, tables);
    const copy = enter(method, tables);
    assertEquals([first.me === copy.me, first.isAlive(first.me)], [true, true]);
    const tokens = new Set<number>();
    for (let i = 0; i < 100; i++) {
      const member = enter(method, tables);
      assertEquals(tokens.has(member.me), false);
      assertNotEquals(member.me, 0);
      assertEquals(member.isAlive(member.me), true);
      tokens.add(member.me);
      member.noteEnd(process.pid, processStamp());
      for (const token of tokens) assertEquals(member.isAlive(token), false);
    }
  });

  it("end once, whoever tells of it, also when another has the id by then", () => {
    const members = enter(method, newTables());
    const first = members.enter(id, 1);
    assertEquals(members.enter(id, 1), first);
    members.noteEnd(id, 1);
    const second = members.enter(id, 2);
    members.noteEnd(id, 1);
    members.noteEnd(id, 3);
    assertEquals([members.isAlive(first), members.isAlive(second)], [false, true]);
    // The end of the second was not told when the id was used again.
    const third = members.enter(id, 3);
    assertEquals([members.isAlive(second), members.isAlive(third)], [false, true]);
    members.noteEnd(id, 2);
    assertEquals([members.isAlive(third), members.enter(id, 3)], [true, third]);
    members.noteEnd(id, 3);
    members.noteEnd(id, 3);
    assertEquals([first, second, third].map((token) => members.isAlive(token)), [
      false,
      false,
      false,
    ]);
  });

  it("are told apart when the count of ends begins anew", () => {
    const tables = newTables();
    const members = enter(method, tables);
    const lives = method === "process" ? 2 ** 7 : 2 ** 15;
    const place = members.enter(id, 1) & (slotCountOf(method) - 1);
    members.noteEnd(id, 1);
    // As after so many children that had the id.
    tables[0][place] = lives - 2;
    const tokens = [1, 2, 3, 4].map((stamp) => {
      const token = members.enter(id, stamp);
      assertEquals([members.isAlive(token), token > 0, token < 2 ** 30], [true, true, true]);
      if (stamp !== 2) members.noteEnd(id, stamp);
      return token;
    });
    assertEquals(new Set(tokens).size, 4);
    assertEquals(tokens.some((token) => members.isAlive(token)), false);
    assertEquals(members.enter(id, 5) === tokens[0], false);
  });

  it("have a token that fits beside the marks of a lock", () => {
    const { me, members } = arenaOf(method);
    assertEquals([me > 0, me < 2 ** 30, members.isAlive(me)], [true, true, true]);
  });

  it("that ended stay so, however many come after them", async () => {
    const { Lock, Process } = getContext(method);
    using lock = new Lock();
    const run = async (
      target: typeof f.acquireAndEnd | typeof f.tryAcquireAndRelease,
      own: object,
    ) => {
      const child = new Process({ target, args: [own, "sync", "return"] as never });
      child.start();
      await child.join();
      assertEquals(child.exitCode, 0);
    };
    await run(f.acquireAndEnd, lock);
    for (let i = 0; i < 4; i++) {
      using other = new Lock();
      await run(f.tryAcquireAndRelease, other);
      assertEquals([lock.abandoned, other.abandoned], [true, false]);
    }
    assertEquals(await one.do(f.tryAcquire, lock), true);
    assertEquals(lock.tryAcquire(), false);
    await one.do(f.release, lock);
    assertEquals(lock.abandoned, false);
  });
});
