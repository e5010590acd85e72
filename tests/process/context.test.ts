// @runs-on every: a sample of this folder for Node 26

import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import * as all from "../../mod.ts";
import { methods, noLeaks } from "../harness.ts";
import { Folder, linesIn } from "./scratch.ts";
import * as f from "./fixtures.ts";

const { getContext, Pool, Process, setStartMethod } = all;

describe("A context", () => {
  noLeaks();

  it("starts children by its own method, whatever the program's is", async () => {
    using folder = new Folder();
    setStartMethod("worker", { force: true });
    const pids = new Map<string, number>();
    for (const method of methods) {
      const context = getContext(method);
      assertEquals(context.getStartMethod(), method);
      const file = folder.file(method);
      const child = new context.Process({ target: f.reportIdentity, args: [file] });
      child.start();
      await child.join();
      const { pid, systemPid } = JSON.parse(linesIn(file)[0]!);
      assertEquals(pid === systemPid, method === "process");
      await using pool = new context.Pool(1);
      pids.set(method, await pool.apply(f.systemPid));
    }
    assertEquals(pids.get("worker"), process.pid);
    assert(pids.get("worker") !== pids.get("process"));
    assertEquals(all.getStartMethod(), "worker");
  });

  it("has classes that are the program's own to `instanceof`", () => {
    for (const method of methods) {
      const context = getContext(method);
      assertInstanceOf(new context.Process(), Process);
      assertStrictEquals(getContext(method).Pool, context.Pool);
      assert(context.Pool === Pool || context.Pool.prototype instanceof Pool);
    }
  });

  it("has the program's own errors, as in CPython", () => {
    for (const method of methods) {
      const { Empty, ProcessError, TimeoutError } = getContext(method);
      assertEquals([Empty, ProcessError, TimeoutError], [
        all.Empty,
        all.ProcessError,
        all.TimeoutError,
      ]);
    }
  });

  it("of no method is that of the program's, and stays so", () => {
    const contexts = methods.map((method) => {
      setStartMethod(method, { force: true });
      return getContext();
    });
    assertEquals(contexts.map((context) => context.getStartMethod()), [...methods]);
    for (const [i, method] of methods.entries()) {
      assertStrictEquals(contexts[i], getContext(method));
    }
  });

  it("gives itself where no other method is asked for", () => {
    for (const method of methods) {
      const context = getContext(method);
      assertStrictEquals(context.getContext(), context);
      for (const other of methods) assertStrictEquals(context.getContext(other), getContext(other));
    }
  });

  it("keeps its method, and there is none of a wrong one", () => {
    assertThrows(() => getContext("worker").setStartMethod("process"), Error);
    assertEquals(getContext("worker").getStartMethod(), "worker");
    assertThrows(() => getContext("thread" as never), TypeError, '"thread"');
  });
});
