import fs from "node:fs";
import process from "node:process";
import { it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { getContext } from "../../mod.ts";
import { capabilities } from "../../src/runtime/capabilities.ts";
import { forEachMethod } from "../harness.ts";
import { Folder, until } from "../process/scratch.ts";
import { unlinkIfThere } from "../shared/names.ts";
import * as f from "./resource_tracker_fixtures.ts";

/** The living shells that keep names of this process' threads. */
function shells(): string[] {
  return fs.readdirSync("/proc").filter((pid) => {
    try {
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return words.includes(`nproc-names-of-${process.pid}`);
    } catch {
      return false; // It is no process, or has ended.
    }
  });
}

forEachMethod("A child that is killed while it makes shared memory", (method) => {
  const { Process } = getContext(method);

  for (const target of [f.pauseAfterMaking, f.pauseBeforeMaking, f.pauseBetween]) {
    it(`leaves no shell behind, and no name that nobody keeps: ${target.name}`, async () => {
      if (process.platform !== "linux") return;
      using folder = new Folder();
      const name = `nproc-test-${crypto.randomUUID()}`;
      const signs: f.Signs = {
        isReady: folder.file("ready"),
        mayGoOn: folder.file("go on"),
        isDone: folder.file("done"),
      };
      const child = new Process({ target, args: [name, signs] });
      child.start();
      await until(() => fs.existsSync(signs.isReady), "the child is ready");
      child.kill();
      await child.join();
      fs.writeFileSync(signs.mayGoOn, "");
      const goesOn = method === "worker" && capabilities.threadsOutliveTheirEnd;
      if (goesOn && target !== f.pauseAfterMaking) {
        await until(() => fs.existsSync(signs.isDone), "the child has made it all the same");
        assertEquals(fs.existsSync(`/dev/shm/${name}`), false);
      }
      // What the child has told of in time, this process keeps.
      unlinkIfThere(name);
      await until(() => shells().length === 0, "no shell is left");
    });
  }
});
