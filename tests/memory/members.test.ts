import process from "node:process";
import { it } from "@std/testing/bdd";
import { assertEquals, assertNotEquals } from "@std/assert";
import { getContext } from "../../mod.ts";
import { arenaOf } from "../../src/memory/arena.ts";
import { memberPlaces, Members } from "../../src/memory/members.ts";
import { forEachMethod } from "../harness.ts";
import * as f from "../sync/fixtures.ts";
import { type Other, withOthers } from "../others.ts";

/** A member of tables of its own: as if this were another program. */
const enter = (method: "worker" | "process", tables: [Uint8Array, Int32Array]): Members =>
  new Members(method, ...tables);

forEachMethod("Members", (method) => {
  const [one] = withOthers(method, 1) as [Other];

  it("are alive until they have left, and are not taken for who comes after them", () => {
    const tables: [Uint8Array, Int32Array] = [
      new Uint8Array(memberPlaces),
      new Int32Array(memberPlaces),
    ];
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
      member.leave(process.pid);
      for (const token of tokens) assertEquals(member.isAlive(token), false);
    }
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
