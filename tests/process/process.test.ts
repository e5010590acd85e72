import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  activeChildren,
  currentProcess,
  getContext,
  parentProcess,
  Process,
  type ProcessOptions,
  setStartMethod,
  TaskReferenceError,
} from "../../mod.ts";
import { forEachMethod, noLeaks } from "../harness.ts";
import { addLine, Folder, isRunning, linesIn, until, untilLines } from "./scratch.ts";
import * as f from "./fixtures.ts";

forEachMethod("Process", (method) => {
  const make = (options?: ProcessOptions<never>): Process => {
    setStartMethod(method, { force: true });
    return new Process(options);
  };
  /** Starts a process, and gives its exit code. */
  const codeOf = async (options: ProcessOptions<never>): Promise<number | null> => {
    const child = make(options);
    child.start();
    assertEquals(await child.join(), true);
    return child.exitCode;
  };

  it("runs its target with the arguments", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    assertEquals(await codeOf({ target: f.report, args: [file, 1, "two", [3]] }), 0);
    assertEquals(linesIn(file), ['[1,"two",[3]]']);
  });

  it("passes kwargs behind the arguments, as one object", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    await codeOf({ target: f.report, args: [file, 1], kwargs: { base: 2 } });
    assertEquals(linesIn(file), ['[1,{"base":2}]']);
  });

  it("does nothing without a target", async () => {
    assertEquals(await codeOf({}), 0);
  });

  it("takes its arguments as they are at the start", async () => {
    using folder = new Folder();
    const args: unknown[] = [folder.file("file"), { step: "made" }];
    const child = make({ target: f.report, args });
    (args[1] as { step: string }).step = "started";
    child.start();
    (args[1] as { step: string }).step = "too late";
    await child.join();
    assertEquals(linesIn(folder.file("file")), ['[{"step":"started"}]']);
  });

  it("ends when an async target has, and what it left behind", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    assertEquals(await codeOf({ target: f.reportLater, args: [file, "later"] }), 0);
    assertEquals(await codeOf({ target: f.leaveWork, args: [file] }), 0);
    assertEquals(linesIn(file), ["later", "from the timer"]);
  });

  it("goes through its states", async () => {
    using folder = new Folder();
    const [file, gate] = [folder.file("file"), folder.file("gate")];
    const child = make({ target: f.waitAtGate, args: [file, gate] });
    assertEquals([child.isAlive(), child.exitCode, child.pid, child.ident], [
      false,
      null,
      undefined,
      undefined,
    ]);
    child.start();
    assertEquals([child.isAlive(), child.exitCode], [true, null]);
    assertEquals(child.ident, child.pid);
    assertEquals(await untilLines(file, 1), [String(child.pid)]);
    assertEquals(activeChildren(), [child]);
    addLine(gate, "open");
    assertEquals(await child.join(), true);
    assertEquals([child.isAlive(), child.exitCode], [false, 0]);
    assertEquals(activeChildren(), []);
    assertEquals(await child.join(), true);
    assertEquals(await child.join({ timeout: 0 }), true);
  });

  it("has a process id of its own", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    const children = [1, 2, 3].map(() => make({ target: f.reportIdentity, args: [file] }));
    for (const child of children) child.start();
    for (const child of children) await child.join();
    const seen = linesIn(file).map((line) => JSON.parse(line));
    assertEquals(
      new Set(seen.map(({ pid }) => pid)),
      new Set(children.map(({ pid }) => pid)),
    );
    assertEquals(new Set([process.pid, ...children.map(({ pid }) => pid)]).size, 4);
    for (const { systemPid, pid } of seen) {
      if (method === "process") assertEquals(systemPid, pid);
      else assertEquals(systemPid, process.pid);
    }
  });

  it("starts once", async () => {
    const child = make({ target: f.nothing });
    child.start();
    assertThrows(() => child.start(), Error, "twice");
    await child.join();
    assertThrows(() => child.start(), Error, "twice");
    assertEquals(child.exitCode, 0);
  });

  it("refuses what needs a started process before it is one", async () => {
    const child = make({ target: f.nothing });
    await assertRejects(() => child.join(), Error, "not started");
    assertThrows(() => child.terminate(), Error, "not started");
    assertThrows(() => child.kill(), Error, "not started");
    assertThrows(() => child.sentinel, Error, "not started");
    child.close();
  });

  it("is waited for as long as a timeout says", async () => {
    using folder = new Folder();
    const [file, gate] = [folder.file("file"), folder.file("gate")];
    const child = make({ target: f.waitAtGate, args: [file, gate] });
    child.start();
    assertEquals(await child.join({ timeout: 0 }), false);
    assertEquals(await child.join({ timeout: 5 }), false);
    await assertRejects(() => child.join({ timeout: "1" as never }), TypeError, "1");
    assertEquals(child.isAlive(), true);
    addLine(gate, "open");
    assertEquals(await child.join({ timeout: 30_000 }), true);
  });

  it("is waited for until a signal aborts, and goes on", async () => {
    using folder = new Folder();
    const [file, gate] = [folder.file("file"), folder.file("gate")];
    const child = make({ target: f.waitAtGate, args: [file, gate] });
    child.start();
    const controller = new AbortController();
    const joining = child.join({ signal: controller.signal });
    const reason = new Error("enough");
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => joining), reason);
    assertStrictEquals(
      await assertRejects(() => child.join({ signal: AbortSignal.abort(reason) })),
      reason,
    );
    assertEquals(child.isAlive(), true);
    addLine(gate, "open");
    assertEquals(await Promise.all([child.join(), child.join()]), [true, true]);
    assertEquals(child.exitCode, 0);
  });

  for (
    const [kind, target] of [["waits", f.waitForEver], ["never yields", f.spinForEver]] as const
  ) {
    it(`is ended by terminate() and by kill() while it ${kind}`, async () => {
      using folder = new Folder();
      for (const [how, code] of [["terminate", -15], ["kill", -9]] as const) {
        const file = folder.file(how);
        const child = make({ target, args: [file] });
        child.start();
        await untilLines(file, 1);
        child[how]();
        await child.join();
        assertEquals(child.exitCode, code);
        child[how]();
        assertEquals(child.exitCode, code);
      }
    });
  }

  it("is ended before it was ready", async () => {
    for (const [how, code] of [["terminate", -15], ["kill", -9]] as const) {
      using folder = new Folder();
      const child = make({ target: f.waitForEver, args: [folder.file("file")] });
      child.start();
      child[how]();
      await child.join();
      assertEquals(child.exitCode, code);
      assertEquals(linesIn(folder.file("file")), []);
    }
  });

  it("has the exit code that it ended with", async () => {
    assertEquals(await codeOf({ target: f.exit, args: [0] }), 0);
    assertEquals(await codeOf({ target: f.exit, args: [7] }), 7);
    assertEquals(await codeOf({ target: f.exit, args: [] }), 0);
    assertEquals(await codeOf({ target: f.setExitCode, args: [9] }), 9);
    assertEquals(await codeOf({ target: f.exit, args: [-1] }), 255);
    assertEquals(await codeOf({ target: f.exit, args: [258] }), 2);
  });

  it("has the exit code -9 when a signal killed it", { ignore: method === "worker" }, async () => {
    assertEquals(await codeOf({ target: f.killSelf }), -9);
  });

  it("has the exit code 1 after an error that nothing caught", async () => {
    assertEquals(await codeOf({ target: f.throwError, args: ["expected: thrown"] }), 1);
    assertEquals(await codeOf({ target: f.rejectLater, args: ["expected: rejected"] }), 1);
    assertEquals(await codeOf({ target: f.throwOutside, args: ["expected: outside"] }), 1);
  });

  it("has the exit code 1 after an error that cannot be printed or sent", async () => {
    for (const which of ["no prototype", "getter", "proxy"]) {
      assertEquals(await codeOf({ target: f.throwOddity, args: [which] }), 1);
    }
  });

  it("is named for its number, and can be named", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    const [first, second] = [make(), make()];
    assertMatch(first.name, /^Process-\d+$/);
    const number = (child: Process): number => Number(child.name.slice("Process-".length));
    assertEquals(number(second), number(first) + 1);
    make({ name: "one that counts, too" });
    class Sub extends Process {}
    assertEquals(new Sub().name, `Sub-${number(second) + 2}`);
    assertEquals(new (getContext(method).Process)().name, `Process-${number(second) + 3}`);
    const child = make({ target: f.reportIdentity, args: [file], name: "Ann" });
    assertEquals(child.name, "Ann");
    child.name = "Bea";
    assertThrows(() => child.name = 7 as never, TypeError, "7");
    child.start();
    await child.join();
    assertEquals(JSON.parse(linesIn(file)[0]!).name, "Bea");
  });

  it("knows itself and its parent", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    const child = make({ target: f.reportIdentity, args: [file], name: "Ann", daemon: true });
    child.start();
    await child.join();
    const { parent, systemPid: _, ...me } = JSON.parse(linesIn(file)[0]!);
    assertEquals(me, {
      name: "Ann",
      daemon: true,
      pid: child.pid,
      ident: child.pid,
      alive: true,
      exitCode: null,
      same: true,
      children: 0,
      makesDaemons: true,
    });
    assertEquals(parent, { name: "MainProcess", pid: process.pid, alive: true });
  });

  it("is a daemon if it was told so before the start", async () => {
    const child = make({ target: f.nothing });
    assertEquals(child.daemon, false);
    child.daemon = true;
    assertEquals(child.daemon, true);
    child.start();
    assertThrows(() => child.daemon = false, Error, "started");
    await child.join();
    assertEquals(child.exitCode, 0);
  });

  it("has no children if it is a daemon", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    await codeOf({ target: f.tryToStart, args: [file], daemon: true });
    assertEquals(linesIn(file).length, 1);
    assertMatch(linesIn(file)[0]!, /daemonic processes are not allowed to have children/);
  });

  it("takes nothing from the arguments of a start that is refused", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    await codeOf({ target: f.keepWhatIsRefused, args: [file], daemon: true });
    assertEquals(linesIn(file), ["8 EOFError", "8 EOFError"]);
  });

  it("has children if it is none, and they have theirs", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    assertEquals(
      await codeOf({ target: f.nest, args: [file, method, 2], name: "A" }),
      0,
    );
    const place = /^(Process-\d+:1):1 /.exec(linesIn(file)[0]!)![1];
    assertEquals(linesIn(file), [
      `${place}:1 of ${place}`,
      `${place} saw ${place}:1 end with 0`,
      `A saw ${place} end with 0`,
    ]);
  });

  it("starts children by the other method, too", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    const other = method === "worker" ? "process" : "worker";
    assertEquals(await codeOf({ target: f.nest, args: [file, other, 1], name: "A" }), 0);
    const name = /^(Process-\d+:1) /.exec(linesIn(file)[0]!)![1];
    assertEquals(linesIn(file), [`${name} of A`, `A saw ${name} end with 0`]);
  });

  it("has the environment of its parent, and its own over it", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    process.env["TEST_INHERITED"] = "parent";
    process.env["TEST_REPLACED"] = "parent";
    try {
      await codeOf({
        target: f.reportEnvironment,
        args: [file, ["TEST_INHERITED", "TEST_REPLACED", "TEST_ADDED", "TEST_ABSENT"]],
        env: { TEST_REPLACED: "child", TEST_ADDED: "child" },
      });
      assertEquals(linesIn(file), ['["parent","child","child",null]']);
      assertEquals(process.env["TEST_REPLACED"], "parent");
      assertEquals(process.env["TEST_ADDED"], undefined);
    } finally {
      delete process.env["TEST_INHERITED"];
      delete process.env["TEST_REPLACED"];
    }
  });

  it("has a sentinel that is ready when it has ended", async () => {
    using folder = new Folder();
    const [file, gate] = [folder.file("file"), folder.file("gate")];
    const child = make({ target: f.waitAtGate, args: [file, gate] });
    child.start();
    const { sentinel } = child;
    assertStrictEquals(child.sentinel, sentinel);
    assertEquals([sentinel.ready, await sentinel.wait({ timeout: 5 })], [false, false]);
    addLine(gate, "open");
    assertEquals([await sentinel.wait(), sentinel.ready], [true, true]);
    assertThrows(
      () => make({ target: f.report, args: [sentinel] }).start(),
      DOMException,
      "args[0] is a Sentinel",
    );
    await child.join();
  });

  it("closes once it has ended, and is of no use then", async () => {
    using folder = new Folder();
    const child = make({ target: f.waitForEver, args: [folder.file("file")], name: "Ann" });
    child.start();
    assertThrows(() => child.close(), Error, "running");
    child.kill();
    await child.join();
    child.close();
    child.close();
    for (
      const use of [
        () => child.start(),
        () => child.isAlive(),
        () => child.exitCode,
        () => child.pid,
        () => child.ident,
        () => child.terminate(),
        () => child.kill(),
        () => child.sentinel,
      ]
    ) assertThrows(use, Error, "closed");
    await assertRejects(() => child.join(), Error, "closed");
    assertEquals(child.name, "Ann");
  });

  it("ends when it is disposed", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    let outer: Process;
    {
      await using child = make({ target: f.waitForEver, args: [file] });
      child.start();
      await untilLines(file, 1);
      outer = child;
    }
    assertEquals(outer.exitCode, -15);
    {
      await using done = make({ target: f.nothing });
      done.start();
      await done.join();
      await using never = make({ target: f.nothing });
      assertEquals([done.exitCode, never.exitCode], [0, null]);
    }
  });

  it("can be subclassed: run() and own properties travel", async () => {
    using folder = new Folder();
    setStartMethod(method, { force: true });
    const child = f.startGreeter(folder.file("file"), new Map([["Ann", 1], ["Bea", 2]]));
    await child.join();
    assertEquals(child.exitCode, 0);
    assertEquals(linesIn(folder.file("file")), [
      "hello Ann 1, says Greeter",
      "hello Bea 2, says Greeter",
      "true",
    ]);
  });

  it("runs in place where run() is called", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    await make({ target: f.report, args: [file, "here"] }).run();
    assertEquals(linesIn(file), ['["here"]']);
    assertEquals(activeChildren(), []);
  });

  it("carries registered classes, cycles and collections to its target", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    await codeOf({ target: f.reportTemperature, args: [file, new f.Temperature(27)] });
    assertEquals(linesIn(file), ["300"]);
  });

  it("takes an inline target, and says how closures fail", async () => {
    using folder = new Folder();
    const file = folder.file("file");
    const target = async (path: string) => {
      const { writeFileSync } = await import("node:fs");
      writeFileSync(path, "inline\n");
    };
    assertEquals(await codeOf({ target, args: [file] }), 0);
    assertEquals(linesIn(file), ["inline"]);
    const outside = 7;
    assertEquals(await codeOf({ target: () => void console.log(outside) }), 1);
  });

  it("refuses what is wrong, and can be started once that is mended", async () => {
    assertThrows(() => make({ target: 7 as never }), TypeError, "7");
    assertThrows(() => make({ args: 7 as never }), TypeError, "7");
    for (
      const [options, message] of [
        [() => 7, "options must be an object: received a function"],
        [null, "options must be an object: received null"],
        [{ kwargs: 7 }, "kwargs must be an object: received 7"],
        [{ name: 7 }, "name must be a string: received 7"],
        [{ daemon: "no" }, 'daemon must be a boolean: received "no"'],
        [
          { permissions: "all" },
          'permissions must be "inherit", "none" or an object: received "all"',
        ],
        [{ env: "A" }, 'env must be an object: received "A"'],
        [{ env: { A: 7 } }, "env.A must be a string: received 7"],
      ] as const
    ) assertThrows(() => make(options as never), TypeError, message);
    assertThrows(
      () => make().daemon = 1 as never,
      TypeError,
      "daemon must be a boolean: received 1",
    );
    assertThrows(() => make({ target: Math.max as never }).start(), TaskReferenceError);
    using folder = new Folder();
    const args: unknown[] = [folder.file("report"), { options: { callback: () => {} } }];
    const child = make({ target: f.report, args });
    const error = assertThrows(
      () => child.start(),
      DOMException,
      "args[1].options.callback is a function",
    );
    assertEquals(error.name, "DataCloneError");
    assertEquals([child.isAlive(), activeChildren().length], [false, 0]);
    args.pop();
    child.start();
    await child.join();
    assertEquals(child.exitCode, 0);
  });

  it(
    "takes its own children along when it is killed",
    { ignore: method === "worker" },
    async () => {
      using folder = new Folder();
      const file = folder.file("file");
      const child = make({ target: f.parentOf, args: [file, ["waitForEver", "spinForEver"]] });
      child.start();
      const pids = (await untilLines(file, 2)).map(Number);
      assertEquals(pids.map(isRunning), [true, true]);
      child.kill();
      await child.join();
      await until(() => !pids.some(isRunning), "its children have ended");
    },
  );
});

describe("The main process", () => {
  noLeaks();

  it("is the current one, and has no parent", () => {
    const me = currentProcess();
    assertStrictEquals(currentProcess(), me);
    assertInstanceOf(me, Process);
    assertEquals([me.name, me.daemon, me.pid, me.ident], [
      "MainProcess",
      false,
      process.pid,
      process.pid,
    ]);
    assertEquals([me.isAlive(), me.exitCode], [true, null]);
    assertEquals(parentProcess(), undefined);
    assert(!activeChildren().includes(me));
  });

  it("is not to be started, waited for or ended", async () => {
    const me = currentProcess();
    assertThrows(() => me.terminate(), Error);
    assertThrows(() => me.kill(), Error);
    assertThrows(() => me.start(), Error);
    await assertRejects(() => me.join(), Error);
    assertEquals(activeChildren(), []);
  });

  it("gives a list of its children that is the caller's own", () => {
    activeChildren().push(currentProcess());
    assertEquals(activeChildren(), []);
  });
});
