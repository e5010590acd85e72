/**
 * Stands in for `@std/testing/bdd` on Deno, Bun and Node: the tree of suites and hooks is kept
 * here, so that it means the same everywhere; the runtime's own test runner gets one flat test for
 * each `it`, so that it counts test cases and nothing else.
 *
 * In a child of a test, which imports the test file to find a function there, nothing is
 * registered.
 */

import process from "node:process";
import { setImmediate } from "node:timers";
import { isMainThread } from "node:worker_threads";

/** A test, a hook or the body of a suite. */
export type Body = () => unknown;

/** What may be said of a test or a suite. */
export interface Options {
  name: string;
  fn?: Body;
  only?: boolean;
  ignore?: boolean;
  skip?: boolean;
}

type Arguments = [name: string, fn: Body] | [name: string, options: Partial<Options>, fn: Body] | [
  options: Options,
];

/** `describe` or `it`. */
export interface Declare {
  (...args: Arguments): void;
  only(...args: Arguments): void;
  ignore(...args: Arguments): void;
  skip(...args: Arguments): void;
}

type Register = (name: string, mode: "run" | "only" | "ignore", fn: Body) => void;
type Hooks = Record<"beforeAll" | "afterAll" | "beforeEach" | "afterEach", Body[]>;

interface Suite extends Hooks {
  name: string;
  parent: Suite | undefined;
  only: boolean;
  ignore: boolean;
  /** How many of its tests have not ended yet: the last one runs `afterAll`. */
  pending: Record<"run" | "only", number>;
  /** The outcome of `beforeAll`, once the first test has come by. */
  prepared: Promise<void> | undefined;
}

function newSuite(name: string, parent?: Suite, only = false, ignore = false): Suite {
  return {
    name,
    parent,
    only,
    ignore,
    pending: { run: 0, only: 0 },
    prepared: undefined,
    beforeAll: [],
    afterAll: [],
    beforeEach: [],
    afterEach: [],
  };
}

let current: Suite = newSuite("");
let anyOnly = false;
/**
 * The text that `scripts/test.ts --filter` has the runtime look for in the names of tests. Those
 * that the runtime leaves out are not waited for before `afterAll`.
 */
const filter = process.env["TEST_FILTER"] ?? "";
const register = await chooseRegister();

async function chooseRegister(): Promise<Register> {
  if (!isMainThread || !/\.test\.[cm]?[jt]sx?$/.test(process.argv[1] ?? "")) return () => {};
  const { Deno, Bun } = globalThis as { Deno?: { test: DenoTest }; Bun?: unknown };
  if (Deno !== undefined) {
    return (name, mode, fn) =>
      Deno.test({
        name,
        fn: async () => void await fn(),
        only: mode === "only",
        ignore: mode === "ignore",
      });
  }
  // The name in a variable: a type checker need not know Bun's modules.
  const module: string = Bun === undefined ? "node:test" : "bun:test";
  const { test } = await import(module) as { test: NodeTest & BunTest };
  if (Bun !== undefined) {
    return (name, mode, fn) =>
      (mode === "run" ? test : mode === "only" ? test.only : test.skip)(
        name,
        async () => void await fn(),
      );
  }
  return (name, mode, fn) =>
    void test(name, { skip: mode === "ignore" }, async (context) => {
      // Node runs a first test as soon as it is declared. Wait until all of the file's are.
      await new Promise(setImmediate);
      if (anyOnly && mode !== "only") return context.skip("another test is marked only");
      await fn();
    });
}

type DenoTest = (test: { name: string; fn: Body; only: boolean; ignore: boolean }) => void;
type BunTest = Record<"only" | "skip", (name: string, fn: Body) => void>;
type NodeTest = (name: string, options: object, fn?: (context: NodeContext) => unknown) => void;
interface NodeContext {
  skip(reason: string): void;
}

function options(args: Arguments): Options {
  const [first, second, third] = args;
  if (typeof first === "object") return first;
  if (typeof second === "function") return { name: first, fn: second };
  return { ...second, name: first, ...(third && { fn: third }) };
}

function declarer(declare: (options: Options) => void): Declare {
  const plain = (...args: Arguments) => declare(options(args));
  const ignore = (...args: Arguments) => declare({ ...options(args), ignore: true });
  const only = (...args: Arguments) => declare({ ...options(args), only: true });
  return Object.assign(plain, { only, ignore, skip: ignore });
}

/** Declares a suite: what its body declares belongs to it. */
export const describe: Declare = declarer(({ name, fn, only, ignore, skip }) => {
  const outer = current;
  const suite = newSuite(name, outer, only ?? outer.only, ignore || skip || outer.ignore);
  current = suite;
  try {
    if (fn?.() instanceof Promise) throw new TypeError(`Cannot describe "${name}" asynchronously`);
  } finally {
    current = outer;
  }
});

/** Declares a test. */
export const it: Declare = declarer(({ name, fn, only, ignore, skip }) => {
  const suites = withAncestors(current);
  const title = [...suites.map((suite) => suite.name), name].filter((part) => part !== "");
  const mode = ignore || skip || current.ignore || fn === undefined
    ? "ignore"
    : only ?? current.only
    ? "only"
    : "run";
  const fullName = title.join(" > ");
  if (mode === "only") declareOnly();
  if (mode !== "ignore" && fullName.includes(filter)) {
    for (const suite of suites) suite.pending[mode]++;
  }
  register(fullName, mode, () => runTest(suites, fn!));
});

/** As on Deno, a run with `only` in it is never a success: it must not be left there unseen. */
function declareOnly(): void {
  if (!anyOnly && !("Deno" in globalThis)) {
    register("only", "only", () => {
      throw new Error('Test failed because the "only" option was used');
    });
  }
  anyOnly = true;
}

/** The same as `it`. */
export const test: Declare = it;

/** From the file's own suite, which has no name, to the innermost. */
function withAncestors(suite: Suite): Suite[] {
  return suite.parent === undefined ? [suite] : [...withAncestors(suite.parent), suite];
}

async function runTest(suites: Suite[], fn: Body): Promise<void> {
  const errors: unknown[] = [];
  const attempt = async (bodies: Body[]): Promise<void> => {
    for (const body of bodies) {
      try {
        await body();
      } catch (error) {
        errors.push(error);
      }
    }
  };
  try {
    for (const suite of suites) await (suite.prepared ??= runAll(suite.beforeAll));
    for (const suite of suites) await runAll(suite.beforeEach);
    await fn();
  } catch (error) {
    errors.push(error);
  }
  for (const suite of suites.toReversed()) await attempt(suite.afterEach);
  for (const suite of suites.toReversed()) {
    if (--suite.pending[anyOnly ? "only" : "run"] === 0) await attempt(suite.afterAll);
  }
  if (errors.length > 1) throw new AggregateError(errors, errors.map(String).join("; "));
  if (errors.length === 1) throw errors[0];
}

async function runAll(bodies: Body[]): Promise<void> {
  for (const body of bodies) await body();
}

/** Runs once before the first test of the suite. */
export const beforeAll = (fn: Body): void => void current.beforeAll.push(fn);
/** Runs once after the last test of the suite, whatever came of it. */
export const afterAll = (fn: Body): void => void current.afterAll.push(fn);
/** Runs before every test of the suite and of the suites in it. */
export const beforeEach = (fn: Body): void => void current.beforeEach.push(fn);
/** Runs after every test of the suite and of the suites in it, whatever came of it. */
export const afterEach = (fn: Body): void => void current.afterEach.push(fn);
/** The same as `beforeAll`. */
export const before: typeof beforeAll = beforeAll;
/** The same as `afterAll`. */
export const after: typeof afterAll = afterAll;
