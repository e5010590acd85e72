/** What waiting for several objects promises. */

import { it } from "@std/testing/bdd";
import {
  assertEquals,
  assertLess,
  assertMatch,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { getContext, wait } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod } from "../harness.ts";

const reason = new Error("expected: aborted by the test");

forEachMethod("wait", (method) => {
  const context = getContext(method);

  it("is ended by an abort at any moment, and leaves what comes to others", async () => {
    const [a, b] = context.Pipe();
    const moments: readonly (() => unknown)[] = [
      () => {},
      () => Promise.resolve(),
      () => Promise.resolve().then(() => {}),
      () => pause(0),
      () => pause(20),
    ];
    for (const moment of moments) {
      const controller = new AbortController();
      const waiting = wait([a, b], { signal: controller.signal, timeout: 20_000 });
      await moment();
      const begun = performance.now();
      controller.abort(reason);
      assertStrictEquals(await assertRejects(() => waiting), reason);
      assertLess(performance.now() - begun, 10_000);
    }
    await b.send(1);
    assertEquals(await wait([a]), [a]);
    assertEquals(await a.recv(), 1);
    a.close();
    b.close();
  });

  it("names what was received where that is no list of objects", async () => {
    for (const given of [undefined, null, 5]) {
      const error = await assertRejects(() => wait(given as never), TypeError, "objects");
      assertMatch(error.message, new RegExp(`received ${given}$`));
    }
  });
});
