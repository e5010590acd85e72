import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { getContext } from "../../mod.ts";
import { noLeaks } from "../harness.ts";
import { Folder, until } from "../process/scratch.ts";
import { exitLate } from "./thread_fixtures.ts";

/** The system's threads of this process that Deno has started as workers. */
const workers = (): number =>
  fs.readdirSync("/proc/self/task").filter((thread) => {
    try {
      return fs.readFileSync(path.join("/proc/self/task", thread, "comm"), "utf8").startsWith(
        "worker-",
      );
    } catch {
      return false; // It has ended meanwhile.
    }
  }).length;

describe("A thread that was ended", () => {
  noLeaks();

  it("takes no processor when it calls process.exit() then", async () => {
    if (process.platform !== "linux") return;
    const { Process, Pool } = getContext("worker");
    using folder = new Folder();
    const before = workers();
    for (const owner of ["a process", "a pool"]) {
      const [ready, goOn] = [folder.file(`${owner} is ready`), folder.file(`${owner} goes on`)];
      const child = new Process({ target: exitLate, args: [ready, goOn] });
      await using pool = new Pool(1);
      if (owner === "a process") child.start();
      else void pool.applyAsync(exitLate, [ready, goOn]).wait();
      await until(() => fs.existsSync(ready), "the thread is busy");
      if (owner === "a process") {
        child.kill();
        await child.join();
      }
      await pool.terminate();
      fs.writeFileSync(goOn, "");
      await until(() => workers() === before, "the thread has ended");
    }
  });
});
