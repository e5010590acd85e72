/** Blobs and files on each way to another child, and to another program. */

import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect, getContext, Listener } from "../../mod.ts";
import { forEachMethod, linesOf, noLeaks, runtime } from "../harness.ts";
import * as f from "./blob_fixtures.ts";

const blob = new Blob(["hey"], { type: "image/png" });
const file = new File(["ho"], "a.txt", { type: "image/jpeg", lastModified: 5 });
const blobTold: f.Told = ["Blob", "image/png", "hey"];
const fileTold: f.Told = ["File", "image/jpeg", "ho", "a.txt", 5];
const madeTold: f.Told = ["Blob", "image/gif", "made"];

forEachMethod("A blob", (method) => {
  const { Manager, Pipe, Pool, Process, Queue } = getContext(method);

  it("is an argument, a result, and a part of them", async () => {
    await using pool = new Pool(1);
    assertEquals(await pool.map(f.tellOf, [blob, file]), [blobTold, fileTold]);
    assertEquals(await f.tellOf(await pool.apply(f.makeBlob, ["made"])), madeTold);
    const error = await assertRejects(() => pool.apply(f.failWith, ["made"]));
    assert(error instanceof Error && "blob" in error);
    assertEquals(await f.tellOf(error.blob as Blob), madeTold);
  });

  it("is an argument of a Process, and an item of a queue", async () => {
    const queue = new Queue<Blob | f.Told>();
    const child = new Process({ target: f.putBlob, args: [queue, file] });
    child.start();
    // This child's loop stands still meanwhile, and cannot help the other one to read its blob.
    assertEquals(await f.tellOf(queue.getSync() as Blob), madeTold);
    assertEquals(await queue.get(), fileTold);
    await child.join();
    assertEquals(child.exitCode, 0);
    queue.putSync(file);
    await queue.put(blob);
    assertEquals(await f.tellOf(await queue.get() as Blob), fileTold);
    assertEquals(await f.tellOf(await queue.get() as Blob), blobTold);
  });

  it("goes through a pipe and back", async () => {
    const [here, there] = Pipe();
    const child = new Process({ target: f.sendBack, args: [there] });
    child.start();
    there.close();
    await here.send(file);
    assertEquals(await f.tellOf(await here.recv() as Blob), fileTold);
    await child.join();
    here.close();
  });

  it("is kept by a manager", async () => {
    await using manager = new Manager();
    const dict = manager.dict<string, Blob>([["file", file]]);
    await dict.set("blob", blob);
    assertEquals(await f.tellOf((await dict.get("file"))!), fileTold);
    await using pool = new Pool(1);
    assertEquals(await pool.apply(f.tellOfItem, [dict, "blob"]), blobTold);
  });
});

describe("A blob", () => {
  noLeaks();

  it("goes to another program", async () => {
    using listener = new Listener({ authKey: "key" });
    using here = await connect(await listener.address, { authKey: "key" });
    using there = await listener.accept();
    for (const [sent, told] of [[blob, blobTold], [file, fileTold]] as const) {
      await here.send({ sent });
      assertEquals(await f.tellOf((await there.recv() as { sent: Blob }).sent), told);
    }
  });

  it("comes from a child of fewer permissions", async () => {
    if (runtime !== "deno") return;
    const permissions = { read: true, env: true } as const;
    await using pool = new (getContext("process").Pool)({ processes: 1, permissions });
    assertEquals(await pool.apply(f.tellOf, [blob]), blobTold);
    assertEquals(await f.tellOf(await pool.apply(f.makeBlob, ["made"])), madeTold);
  });

  it("needs no permission, and keeps no program alive", async () => {
    const program = new URL("programs/blob.ts", import.meta.url);
    const flags = runtime === "deno" ? ["--no-prompt"] : [];
    assertEquals(await linesOf(program, { flags }), ["hey", "ho"]);
  });
});
