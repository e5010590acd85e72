import { Buffer } from "node:buffer";
import { afterAll, beforeAll, it } from "@std/testing/bdd";
import { assert, assertEquals } from "@std/assert";
import type { Pool } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
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
});
