import fs from "node:fs";
import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertRejects } from "@std/assert";
import { getContext, type Pool, WorkerLostError } from "../../mod.ts";
import { noLeaks, runtime } from "../harness.ts";
import { Folder } from "../process/scratch.ts";
import * as f from "./restricted_fixtures.ts";

const ignore = runtime !== "deno";

const { Pool: ProcessPool, Queue, Pipe, SharedMemory } = getContext("process");
const restrictedPool = (): Pool =>
  new ProcessPool({ processes: 1, permissions: { read: true, env: true } });

describe("A child of fewer permissions", { ignore }, () => {
  noLeaks();

  it("has nothing imported by its parent, in what it returns and what it throws", async () => {
    await using pool = restrictedPool();
    assertEquals(await pool.apply(f.honest, [1]), [1]);
    for (const how of ["return", "throw", "cause"] as const) {
      const error: unknown = await pool.apply(f.mischief, [how]).catch((reason) => reason);
      assertEquals(error instanceof Error, true, how);
    }
    assertEquals(await pool.map(f.honest, [1, 2]), [[1], [2]]);
    assertEquals(f.escapes(), 0);
  });

  it("points into no memory of its parent's, and has none mapped", async () => {
    await using pool = restrictedPool();
    for (const method of ["worker", "process"]) {
      const handle = [method, 8192, 1, undefined, undefined];
      for (const kind of ["Lock", "Queue", "Value", "RawArray"]) {
        await assertRejects(() => pool.apply(f.forged, [kind, handle]), Error, "only children of");
      }
      const end = pool.apply(f.forged, ["Connection", [method, 8192, 1, 0, undefined]]);
      await assertRejects(() => end, Error, "only children of");
    }
    using memory = new SharedMemory({ create: true, size: 8 });
    const named = pool.apply(f.forged, ["SharedMemory", ["machine", memory.name]]);
    await assertRejects(() => named, Error, "may not send");
    assertEquals(await pool.apply(f.honest, [1]), [1]);
  });

  it("has nothing connected to by the proxies that it sends", async () => {
    await using pool = restrictedPool();
    const socket = { address: "127.0.0.1:1", authKey: "its own" };
    const route = { id: "made up", memory: undefined, socket };
    const sent = await pool.apply(f.forged, ["ManagedObject", ["lent", route, 1, "list"]]);
    const { forged: list } = sent as { forged: { length(): Promise<number> } };
    const error = await assertRejects(() => list.length(), Error);
    assertEquals(String(error.cause).includes("does not know its manager's key"), true);
  });

  it("has nothing called where what it sends is awaited, or is assigned to what has setters", async () => {
    await using pool = restrictedPool();
    await assertRejects(() => pool.apply(f.thenable, []), Error, "named then");
    assertEquals(await pool.apply(f.assigned, []) instanceof f.Watched, true);
    assertEquals(f.called, []);
  });

  it("has no file removed", async () => {
    using folder = new Folder();
    const file = folder.file("kept");
    fs.writeFileSync(file, "");
    {
      await using pool = restrictedPool();
      await assertRejects(() => pool.apply(f.keepsName, [file]), WorkerLostError);
    }
    assertEquals(fs.existsSync(file), true);
  });

  it("is refused what it could not use", async () => {
    await using pool = restrictedPool();
    const refused = "args[0] is a";
    const why = "a child of fewer permissions cannot use as it shares no memory";
    using memory = new SharedMemory({ create: true, size: 8 });
    for (const value of [new Queue(), Pipe()[0], memory, new ReadableStream()]) {
      const error = await assertRejects(() => pool.apply(f.honest, [value as never]), DOMException);
      assertEquals([error.message.startsWith(refused), error.message.endsWith(why)], [true, true]);
    }
    assertEquals(await pool.apply(f.honest, [1]), [1]);
  });

  it("is none that has all permissions, and shares what others do", async () => {
    const all = { read: true, write: true, net: true, env: true };
    await using pool = new ProcessPool({
      processes: 1,
      permissions: { ...all, run: true, sys: true, ffi: true, import: "inherit" },
    });
    using memory = new SharedMemory({ create: true, size: 8 });
    assertEquals(await pool.apply(f.size, [memory]), 8);
  });
});
