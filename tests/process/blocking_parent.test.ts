import { it } from "@std/testing/bdd";
import { assert } from "@std/assert";
import { getContext } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";
import * as f from "./fixtures.ts";

forEachMethod("A parent that blocks its thread", (method) => {
  const { Event, Process } = getContext(method);

  it("has started its child by then, with all its arguments", async () => {
    const event = new Event();
    const child = new Process({ target: f.setEvent, args: [event, "x".repeat(100_000)] });
    child.start();
    assert(event.waitSync({ timeout: 20_000 }));
    await child.join();
  });
});
