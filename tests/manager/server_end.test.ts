import { it } from "@std/testing/bdd";
import { assert, assertInstanceOf, assertLess, assertRejects } from "@std/assert";
import { getContext, RemoteError } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import { type Other, timed, withOthers } from "../others.ts";
import * as f from "./fixtures.ts";
import { registerRude } from "./rude.ts";
import { until, watch } from "./stage.ts";

forEachMethod("A manager's server that ends", (method) => {
  const { Manager, RawValue } = getContext(method);
  const [one] = withOthers(method, 1) as [Other];

  for (const how of ["exit", "throwLater"] as const) {
    it(`by itself is told to all who wait, and to those who come: ${how}`, async () => {
      await using manager = new Manager();
      const rude = registerRude(manager)();
      using event = manager.Event();
      using here = manager.Event();
      const waits = [
        watch(event.wait()),
        watch(event.wait({ signal: new AbortController().signal })),
        watch(one.do(f.sayAndCall, here, event, "wait")),
      ];
      await here.wait();
      if (how === "exit") waits.push(watch(rude.exit(3) as Promise<never>));
      else await rude.throwLater();
      for (const { settled } of waits) {
        const outcome = await settled;
        assert(outcome.status === "rejected");
        assertInstanceOf(outcome.reason, RemoteError);
      }
      await assertRejects(() => event.wait(), RemoteError);
      await assertRejects(() => one.do(f.ask, event, "isSet"));
      // What it held is gone with it: it is not begun again behind its user's back.
      await assertRejects(async () => await manager.dict().size(), RemoteError);
    });
  }

  it("is killed if it is too busy to end by itself", async () => {
    const manager = new Manager();
    const rude = registerRude(manager)();
    using begun = new RawValue("i", 0);
    const waits = [watch(rude.spin(begun, 60_000) as Promise<never>), watch(rude.ping())];
    await until(() => Promise.resolve(begun.value === 1), "the server is busy");
    assertLess(await timed(() => manager.shutdown()), 15_000);
    for (const { settled } of waits) {
      const outcome = await settled;
      assert(outcome.status === "rejected");
      assertInstanceOf(outcome.reason, RemoteError);
    }
  });
});
