import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { type Connection, getContext, Listener, type Pool, TaskReferenceError } from "../../mod.ts";
import { forEachMethod, linesOf, methods, noLeaks } from "../harness.ts";
import { makePool } from "../pool/make_pool.ts";
import * as f from "./function_fixtures.ts";

const refusalOf = async (action: () => unknown): Promise<string> => {
  const error = await assertRejects(async () => await action(), DOMException);
  assertEquals(error.name, "DataCloneError");
  return error.message;
};

forEachMethod("A function that is a value", (method) => {
  const { Barrier, Pipe, Process, Queue } = getContext(method);
  let pool: Pool;
  beforeAll(() => pool = makePool(method));
  afterAll(() => pool.terminate());

  it("arrives as its module's own, and back home as the very same", async () => {
    const [same, back] = await pool.apply(f.isTriple, [{ a: [f.triple] }]);
    assertEquals(same, true);
    assertStrictEquals(back, f.triple);
    assertStrictEquals(await pool.apply(f.giveTriple), f.triple);
    assertEquals(await pool.map(f.callWith7, [f.triple, f.triple]), [21, 21]);
  });

  it("is refused with its path if no module exports it, and nothing else is disturbed", async () => {
    const local = () => 1;
    const apply = (value: unknown) => () => pool.apply(f.isTriple, [{ a: value as never }]);
    assertEquals(await refusalOf(apply(local)), "args[0].a is a function that no module exports");
    assertEquals(
      await refusalOf(apply([() => 1])),
      "args[0].a[0] is a function that no module exports",
    );
    assertEquals(await refusalOf(apply(Math.max)), "args[0].a is a native function");
    assertEquals(await refusalOf(apply(f.triple.bind(null))), "args[0].a is a bound function");
    assertEquals(await refusalOf(apply({ run() {} }.run)), "args[0].a is a method");
    assertEquals(await refusalOf(apply(class {})), "args[0].a is a class");
    assertEquals(await pool.apply(f.callWith7, [f.triple]), 21);
  });

  it("may be a barrier's action, and an inline one is refused without an inner path", async () => {
    const barrier = new Barrier(2, { action: () => {} });
    const apply = () => pool.apply(f.isTriple, [barrier as never]);
    assertEquals(await refusalOf(apply), "args[0].action is a function that no module exports");
    const process = new Process({ target: f.isTriple, args: [{ a: [barrier] }] });
    const start = () => process.start();
    assertEquals(
      await refusalOf(start),
      "args[0].a[0].action is a function that no module exports",
    );
  });

  it("that only looks as if it were exported rejects what holds it, and no more", async () => {
    const lookalike = f.makeLookalike();
    const error = await assertRejects(
      () => pool.apply(f.callWith7, [lookalike]),
      TaskReferenceError,
    );
    assertMatch(error.message, /Cannot find function lookalike.*function_fixtures\.ts/);
    using queue = new Queue<unknown>();
    await using process = new Process({ target: f.getTwice, args: [queue, queue] });
    await queue.put(lookalike);
    await queue.put(f.triple);
    process.start();
    await process.join();
    assertMatch(String(await queue.get()), /Cannot find function lookalike/);
    assertStrictEquals(await queue.get(), f.triple);
  });

  it("may be sent on by whoever got it", async () => {
    const [here, there] = Pipe();
    await here.send(f.triple);
    assertStrictEquals(await (there as Connection).recv(), f.triple);
    here.close();
    there.close();
  });

  it("leaves an error out that it may not be found for", async () => {
    const error = await assertRejects(() => pool.apply(f.failWith), Error, "with functions");
    assertEquals(Object.keys(error), ["kept"]);
  });
});

describe("A function that is a value", () => {
  noLeaks();

  it("imports nothing for another program that has proven no key", async () => {
    const listener = new Listener();
    await using pool = makePool("process");
    const accepting = listener.accept();
    const sending = pool.apply(f.sendUnseen, [await listener.address as string]);
    using server = await accepting;
    const error = await assertRejects(() => server.recv(), TaskReferenceError);
    assertMatch(error.message, /function unseen.*nothing is imported.*authKey/);
    // What is only guessed is no reason to refuse the message.
    assertEquals(await server.recv(), { secret: 1 });
    await server.send("done");
    await sending;
    listener.close();
  });

  for (const method of methods) {
    it(`may be the main module's own, while that runs [${method}]`, async () => {
      const program = new URL("programs/functions.ts", import.meta.url);
      assertEquals(await linesOf(program, { args: [method] }), [
        "argument [ 8 ]",
        "identity there true",
        "initArgs true",
        "result true",
        "target's own true",
        "item true",
        "message 8 true",
        "action 20",
        "managed true",
      ]);
    });
  }
});
