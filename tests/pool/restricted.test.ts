import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { getContext } from "../../mod.ts";
import { noLeaks, runtime } from "../harness.ts";
import { escapes, honest, mischief } from "./restricted_fixtures.ts";

const ignore = runtime !== "deno";

describe("A child of fewer permissions", { ignore }, () => {
  noLeaks();

  it("has nothing imported by its parent, in what it returns and what it throws", async () => {
    await using pool = new (getContext("process").Pool)({
      processes: 1,
      permissions: { read: true, env: true },
    });
    assertEquals(await pool.apply(honest, [1]), [1]);
    for (const how of ["return", "throw", "cause"] as const) {
      const error: unknown = await pool.apply(mischief, [how]).catch((reason) => reason);
      assertEquals(error instanceof Error, true, how);
    }
    assertEquals(await pool.map(honest, [1, 2]), [[1], [2]]);
    assertEquals(escapes(), 0);
  });
});
