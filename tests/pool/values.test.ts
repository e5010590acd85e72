// @runs-on every: a sample of this folder for Node 26

import { Buffer } from "node:buffer";
import { createSecretKey } from "node:crypto";
import { afterAll, beforeAll, it } from "@std/testing/bdd";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Pool, StartMethod } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import { assertRefused } from "../others.ts";
import { makePool } from "./make_pool.ts";
import * as f from "./fixtures.ts";

forEachMethod("A task", (method) => {
  let pool: Pool;
  beforeAll(async () => {
    pool = makePool(method, 1);
    await pool.apply(f.nothing);
  });
  afterAll(() => pool.terminate());

  it("gets and gives a Buffer as one", async () => {
    const [there, back] = await pool.apply(f.exclaim, [Buffer.from("hey")]);
    assertEquals(there, true);
    assert(Buffer.isBuffer(back));
    assertEquals(back.toString(), "hey!");
  });

  it("gets and gives keys", async () => {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const usages: KeyUsage[] = ["sign", "verify"];
    const key = await crypto.subtle.generateKey(algorithm, true, usages) as CryptoKey;
    const arrived = await pool.apply(f.identity, [key]) as CryptoKey;
    const signature = await crypto.subtle.sign("HMAC", arrived, new Uint8Array(3));
    assert(await pool.apply(f.verify, [key, signature]));
    assertEquals(await pool.apply(f.secretOf, [createSecretKey(Buffer.from("secret"))]), "secret");
  });

  it("gets and gives a WebAssembly.Module where that can be copied: between threads", async () => {
    const module = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    if (method === "process") {
      const why = "is a WebAssembly.Module, whose bytes cannot be had from it: send the bytes";
      return await assertRefused(() => pool.apply(f.identity, [module]), why);
    }
    const arrived = await pool.apply(f.identity, [module]);
    assert(arrived instanceof WebAssembly.Module);
    assert(new WebAssembly.Instance(arrived) instanceof WebAssembly.Instance);
  });

  it("is alone rejected where one side cannot read what the other sends", async () => {
    const outcomes = [
      await outcome(pool.apply(f.histogram)),
      // From here on this side has the module, and the worker got another object of it.
      await outcome(pool.apply(f.identity, [await f.histogram()])),
      await outcome(makeOne(method, await f.histogram())),
    ];
    for (const message of outcomes) {
      assertMatch(message, /^read$|cannot be (read here|copied)$|carries bytes alone$/);
    }
    assertEquals(await pool.apply(f.add, [1, 2]), 3);
  });
});

function outcome(task: Promise<unknown>): Promise<string> {
  return task.then(() => "read", (error: Error) => error.message);
}

/**
 * A worker that has heard of nothing yet gets a value with its first frame, with a task, and does
 * another.
 */
async function makeOne(method: StartMethod, value: object): Promise<void> {
  await using pool = makePool(method, 1);
  const first = await outcome(pool.apply(f.identity, [value]));
  assertEquals(await pool.apply(f.add, [1, 2]), 3);
  const again = await outcome(pool.apply(f.identity, [value]));
  assertEquals(again, first);
  assertEquals(await pool.apply(f.add, [3, 4]), 7);
  if (first !== "read") throw new Error(first);
}
