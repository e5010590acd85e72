// @runs-on bun: it mostly waits, and children start fastest on Bun

/** The end of a connection to a manager, which is not the end of that. */

import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { getContext, Manager, RemoteError } from "../../mod.ts";
import { forEachMethod, linesOf } from "../harness.ts";
import { assertRefused } from "../others.ts";
import { giveBack } from "./fixtures.ts";
import { long, until, watch } from "./stage.ts";

const authKey = "a key";
const program = new URL("programs/lifetime.ts", import.meta.url);

type Close = (there: Manager) => Promise<void>;

/** Each way to close a connection. */
const ways: Readonly<Record<string, Close>> = {
  "shutdown()": (there) => there.shutdown(),
  "await using": async (there) => {
    await using _ = there;
    await null;
  },
  // deno-lint-ignore require-await -- a rejection is a failure all the same.
  "using": async (there) => {
    using _ = there;
  },
};

forEachMethod("A connection to a manager", (method) => {
  for (const [name, close] of Object.entries(ways)) {
    it(`is closed by ${name}, and the manager goes on`, async () => {
      await using manager = new (getContext(method).Manager)({ authKey });
      const there = await Manager.connect(await manager.address, { authKey });
      const list = there.list([1]);
      const lock = there.Lock();
      await lock.acquire();
      assertEquals(await list.length(), 1);
      assertEquals(await manager.numberOfObjects(), 2);
      const waits = watch(there.Event().wait());
      await list.append(2);
      await close(there);
      const outcome = await waits.settled;
      assert(outcome.status === "rejected" && outcome.reason instanceof RemoteError);
      const message = "this program has closed its connection to it: connect again";
      await assertRejects(() => list.length(), RemoteError, message);
      assertThrows(() => there.dict(), Error, "Cannot make a dict as the connection");
      await assertRejects(() => there.numberOfObjects(), Error, "was shut down");
      await assertRejects(() => there.address, Error, "was shut down");
      await close(there);
      // Nothing was collected meanwhile, and nothing has to be.
      await until(async () => await manager.numberOfObjects() === 0, "its objects are dropped");
      assertEquals(await manager.list([1, 2]).length(), 2);
      await using again = await Manager.connect(await manager.address, { authKey });
      assertEquals(await again.list([1, 2, 3]).length(), 3);
    });
  }

  it("does what it was told before it is closed", async () => {
    await using manager = new (getContext(method).Manager)({ authKey });
    await using pool = new (getContext(method).Pool)(1);
    const there = await Manager.connect(await manager.address, { authKey });
    const value = there.Value("i", 1);
    const names = manager.dict<string, unknown>();
    await names.set("value", await pool.apply(giveBack, [value]));
    value.value = 5;
    await there.shutdown();
    const kept = await names.get("value") as typeof value;
    await until(async () => await kept.value === 5, "it is assigned");
  });

  it("is one of several: the others stay", async () => {
    await using manager = new (getContext(method).Manager)({ authKey });
    const own = manager.list([0]);
    const first = await Manager.connect(await manager.address, { authKey });
    const second = await Manager.connect(await manager.address, { authKey });
    const [a, b] = [first.list([1]), second.list([1, 2])];
    await using pool = new (getContext(method).Pool)(1);
    await second.shutdown();
    assertEquals(await a.length(), 1);
    await assertRejects(() => b.length(), RemoteError);
    await assertRefused(() => pool.apply(giveBack, [b]), "connection to its manager was closed");
    const back = await pool.apply(giveBack, [a]) as typeof a;
    assertEquals(await back.length(), 1);
    await first.shutdown();
    const again = await pool.apply(giveBack, [own]) as typeof own;
    assertEquals(await again.length(), 1);
  });

  it("keeps no program alive once it is closed", async () => {
    const lines = await linesOf(program, { args: [method, "disconnected"], timeout: long });
    assertEquals(lines, ["RemoteError", "main has ended"]);
  });

  it("shuts a manager of this program down, without waiting, by using", async () => {
    let list;
    {
      using manager = new (getContext(method).Manager)();
      list = manager.list([1]);
      assertEquals(await list.length(), 1);
    }
    const gone = list;
    await assertRejects(async () => {
      for (;;) await gone.length();
    }, RemoteError);
  });
});
