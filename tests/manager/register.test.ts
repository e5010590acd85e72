import { it } from "@std/testing/bdd";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { getContext, type ManagedFactory, type ManagedObject } from "../../mod.ts";
import { pause } from "../fixtures.ts";
import { forEachMethod } from "../harness.ts";
import { assertRefused, type Other, withOthers } from "../others.ts";
import * as f from "./fixtures.ts";
import {
  Counter,
  CounterError,
  type Factories,
  type makeCounterLater,
  registerAll,
} from "./registered.ts";
import { withManager } from "./stage.ts";

// What TypeScript makes of a class' methods: each line fails to compile if it is otherwise.
type Proxy = ManagedObject<Counter>;
type Is<A, B> = [A] extends [B] ? [B] extends [A] ? true : false : false;
const types: [
  Is<Proxy["add"], (n?: number) => Promise<number>>,
  Is<Proxy["addLater"], (n: number) => Promise<number>>,
  Is<Proxy["name"], () => Promise<string>>,
  "current" extends keyof Proxy ? false : true,
  Is<ReturnType<ManagedFactory<typeof makeCounterLater>>, Proxy>,
  Is<Parameters<ManagedFactory<typeof Counter>>, [count?: number | undefined]>,
] = [true, true, true, true, true, true];

forEachMethod("A manager's registered type", (method) => {
  const { Event, Manager, Process } = getContext(method);
  let factories: Factories;
  const manager = withManager(method, (manager) => {
    factories = registerAll(manager);
  });
  const newCounter: Factories["newCounter"] = (count) => factories.newCounter(count);
  const [one] = withOthers(method, 1) as [Other];

  it("is a class that is exported, whose methods are called on one object", async () => {
    using counter = newCounter(10);
    assertEquals([await counter.add(), await counter.add(5)], [11, 16]);
    assertEquals(await one.do(f.ask, counter, "add", 4), 20);
    assertEquals(await counter.add(0), 20);
    assertEquals(types.length, 6);
  });

  it("has the methods that its class inherits, overrides and keeps private", async () => {
    using counter = newCounter();
    assertEquals(await counter.name(), "Counter over Base");
    assertEquals(await counter.secret(), 5);
  });

  it("has the functions that are an object's own, as fields and those of a literal", async () => {
    using counter = newCounter(3);
    using plain = factories.newPlain(2);
    assertEquals([await counter.add(1), await counter.field()], [4, 11]);
    assertEquals([await plain.add(3), await plain.times(2)], [5, 10]);
    await assertRejects(() => f.ask(plain, "count"), TypeError, "Plain has no method");
    await assertRejects(() => f.ask(plain, "toString"), TypeError, "Plain has no method");
  });

  it("may keep the server busy, which then does what children had asked for that have ended", async () => {
    using counter = newCounter();
    using value = manager.Value("i", 0);
    using ready = new Event();
    using go = new Event();
    const child = new Process({ target: f.assignWhen, args: [value, "value", 7, ready, go] });
    child.start();
    await ready.wait();
    const blocked = counter.block(500);
    await pause(50);
    go.set();
    await child.join();
    assertEquals(await value.value, 7);
    await blocked;
  });

  it("is a class that was given to registerClass", async () => {
    using object = factories.newRegistered(1);
    assertEquals([await object.twice(4), await object.add(1)], [8, 2]);
  });

  it("is what a function makes, also later; what is asked meanwhile waits", async () => {
    using made = factories.newMade(2);
    using later = factories.newMadeLater(2);
    const answers = [later.add(1), made.add(1), later.add(1)];
    assertEquals(await Promise.all(answers), [7, 5, 8]);
  });

  it("is a method of the manager, for JavaScript", async () => {
    using counter = (manager as unknown as Record<string, Factories["newCounter"]>)["Counter"]!(1);
    assertEquals(await counter.add(1), 2);
  });

  it("has asynchronous methods, which let others go on", async () => {
    using counter = newCounter();
    const later = counter.addLater(10);
    assertEquals(await counter.add(1), 1);
    assertEquals(await later, 11);
  });

  it("is given proxies of managed objects, and uses them", async () => {
    using counter = newCounter(3);
    using dict = manager.dict<string, number>();
    for (let i = 0; i < 3; i++) await counter.addTo(dict, "sum");
    assertEquals(await dict.get("sum"), 9);
    await using elsewhere = new Manager();
    using other = elsewhere.dict<string, number>();
    await counter.addTo(other, "sum");
    assertEquals(await other.get("sum"), 3);
  });

  it("takes and gives what travels", async () => {
    using counter = newCounter();
    const args = [undefined, -0, { a: [1n] }, new Set(["x"]), new CounterError("e", 2)];
    const echo = await counter.echo(...args) as typeof args;
    assertEquals(echo.slice(0, 4), args.slice(0, 4));
    assertInstanceOf(echo[4], CounterError);
    assertEquals(await counter.echo(), []);
    await assertRefused(() => counter.echo({ deep: [() => 1] }), "args[0].deep[0] is a function");
    await assertRefused(() => counter.itself(), "result.deep[0] is a function");
    assertEquals(await counter.add(1), 1);
  });

  it("has no method that the class has not, or keeps for itself by a leading _", async () => {
    using counter = newCounter();
    const names = [
      "missing",
      "_hidden",
      "_field",
      "current",
      "hasOwnProperty",
      "__proto__",
      "kind",
    ];
    for (const name of [...names, "toString", "__defineGetter__", "valueOf", ""]) {
      const call = () => f.ask(counter, name);
      const error = await assertRejects(call, TypeError, `Cannot call ${name} as Counter`);
      assertStringIncludes(error.message, "has no method of that name");
    }
    assertThrows(() => Object.assign(counter, { field: 1 }), TypeError, "Cannot set field");
    assertEquals(await counter.add(1), 1);
  });

  it("is not taken for a promise, and can be looked at by those who print it", async () => {
    using counter = newCounter();
    assertStrictEquals(await Promise.resolve(counter), counter);
    assertEquals(JSON.stringify({ counter }), '{"counter":{}}');
    assertEquals(String(counter), "[object Counter]");
    assertEquals(await counter.add(1), 1);
  });

  it("throws at the caller what a method throws: class, cause, own properties, stack", async () => {
    using counter = newCounter(4);
    const calls = [
      () => counter.fail("expected: at once"),
      () => counter.failLater("expected: at once"),
      () => factories.newFailing("expected: at once").any(),
    ];
    for (const [i, call] of calls.entries()) {
      const error = await assertRejects(call, CounterError, "expected: at once");
      assertInstanceOf(error.cause, TypeError);
      assertEquals(error.cause.message, "expected: the cause");
      const count = i === 2 ? -1 : 4;
      assertEquals([error.count, error.detail], [count, { at: [count] }]);
      assertStringIncludes(error.stack!, "registered.ts");
      assertEquals(error.name, "RangeError");
    }
    assertEquals(await counter.add(1), 5);
  });

  it("fails for each call if it could not be made, and disturbs nothing else", async () => {
    using counter = newCounter();
    using failing = factories.newFailing("expected: no object");
    using nothing = factories.newNothing();
    await assertRejects(() => failing.any(), CounterError, "no object");
    await assertRejects(() => failing.any(), CounterError, "no object");
    await assertRejects(() => f.ask(nothing, "any"), TypeError, "must give an object: received 5");
    assertEquals(await counter.add(1), 1);
  });

  it("is registered before the first use, under a new name, and is a class or function", () => {
    const used = (name: string) => () => manager.register(name, Counter);
    assertThrows(used("Late"), Error, "Cannot register Late as the manager has been used already");
    const fresh = new Manager();
    for (const name of ["dict", "Lock", "register", "address", "shutdown", "constructor"]) {
      assertThrows(() => fresh.register(name, Counter), Error, "has such a member");
    }
    assertThrows(() => fresh.register("then", Counter), Error, "whoever awaited the manager");
    fresh.register("Twice", Counter);
    assertThrows(() => fresh.register("Twice", Counter), Error, "has such a member");
    for (const name of ["", "1a", "a-b", "a b", 5, null] as string[]) {
      assertThrows(() => fresh.register(name, Counter), TypeError, "must be an identifier");
    }
    for (const maker of [undefined, null, {}, "Counter"] as never[]) {
      assertThrows(() => fresh.register("X", maker), TypeError, "must be a class or a function");
    }
    for (const maker of [Map, Math.max, (() => ({})).bind(null)] as never[]) {
      const error = assertThrows(() => fresh.register("X", maker), Error);
      assertEquals((error as Error).name, "TaskReferenceError");
    }
  });

  it("says what to do with a class that nobody can find", async () => {
    class Local {
      any(): void {}
    }
    await using own = new Manager();
    const newLocal = own.register("Local", Local);
    const error = await assertRejects(() => newLocal().any(), Error, "class Local");
    assertStringIncludes(error.message, "registerClass");
    assert(await own.list([1]).length() === 1);
  });
});
