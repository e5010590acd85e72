// @runs-on every: it is about what the runtime does

import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { bunFlags, isBunScript } from "../../src/runtime/bun/flags.ts";
import { sortFlags } from "../../src/runtime/deno/flags.ts";
import {
  hasNodeScript,
  nodeFlags,
  nodeOptions,
  withResolvedModules,
} from "../../src/runtime/node/flags.ts";

/** What a program is started with, and what of that its children are. */
type Table = readonly (readonly [given: string, children: string])[];

const words = (text: string): string[] => text === "" ? [] : text.split(" ");

function check(table: Table, flagsOf: (given: readonly string[]) => string[]): void {
  for (const [given, children] of table) {
    assertEquals(flagsOf(words(given)), words(children), given);
  }
}

describe("nodeFlags()", () => {
  it("leaves out what says what is run, tests, watches or debugs it", () => {
    check([
      [
        "--no-warnings -r x --import y --conditions=z -C z",
        "--no-warnings -r x --import y --conditions=z -C z",
      ],
      ["-e text --no-warnings", "--no-warnings"],
      ["--eval=text", ""],
      ["-p text", ""],
      ["-pe text", ""],
      ["--input-type=module --no-warnings", "--no-warnings"],
      ["--input-type module --no-warnings", "--no-warnings"],
      ["--test --test-name-pattern x --test-only --no-warnings", "--no-warnings"],
      ["--watch --watch-path ./src --watch-preserve-output --no-warnings", "--no-warnings"],
      ["--inspect", ""],
      [
        "--inspect=0 --inspect-brk --inspect-wait=1 --inspect-port 9 --no-warnings",
        "--no-warnings",
      ],
      ["--run build", ""],
      ["-i -c --no-warnings", "--no-warnings"],
      ["--entry-url --no-warnings", "--no-warnings"],
      ["--env-file=x --experimental-ffi", "--env-file=x --experimental-ffi"],
      ["--experimental-default-type=module", "--experimental-default-type=module"],
    ], nodeFlags);
  });

  it("tells what is a script", () => {
    assertEquals(hasNodeScript([], "/x.ts"), true);
    assertEquals(hasNodeScript([], undefined), false);
    assertEquals(hasNodeScript([], "-"), false);
    assertEquals(hasNodeScript(["-e", "text"], "argument"), false);
    assertEquals(hasNodeScript(["--print=text"], "argument"), false);
    assertEquals(hasNodeScript(["--enable-source-maps"], "/x.ts"), true);
  });
});

describe("nodeOptions()", () => {
  it("leaves out inspectors", () => {
    assertEquals(
      nodeOptions("--no-warnings --inspect=9 --inspect-brk -r x"),
      "--no-warnings   -r x",
    );
    assertEquals(nodeOptions("--inspect"), "");
  });
});

describe("withResolvedModules()", () => {
  it("makes relative modules absolute", () => {
    const resolve = (relative: string): string => `/start/${relative.slice(2)}`;
    check([
      ["--import ./x -r ./y --require=./z", "--import /start/x -r /start/y --require=/start/z"],
      ["--import tsx --loader=ts-node/esm", "--import tsx --loader=ts-node/esm"],
      ["--env-file=./x --title ./y", "--env-file=./x --title ./y"],
    ], (given) => withResolvedModules(given, resolve));
  });
});

describe("bunFlags()", () => {
  it("leaves out what says what is run, watches or debugs it", () => {
    check([
      ["--smol --preload ./x -r ./y", "--smol --preload ./x -r ./y"],
      ["-e text --smol", "--smol"],
      ["-p text", ""],
      ["- --smol", "--smol"],
      ["--watch --hot --no-clear-screen --smol", "--smol"],
      ["--inspect --inspect=1 --inspect-wait --inspect-brk=2 --smol", "--smol"],
      ["--filter x --smol", "--smol"],
      ["--if-present --ignore-dce-annotations", "--ignore-dce-annotations"],
    ], bunFlags);
  });

  it("tells what is a script", () => {
    assertEquals(isBunScript("/x.ts"), true);
    for (const text of ["/x/[eval]", "/x/[stdin]", ""]) assertEquals(isBunScript(text), false);
  });
});

describe("sortFlags() of Deno's", () => {
  it("ends before the program, also before that of standard input", () => {
    for (const program of ["x.ts", "-", "--"]) {
      const { permissions, modules } = sortFlags([
        "run",
        "-A",
        "--unstable-kv",
        program,
        "--allow-net",
      ]);
      assertEquals([permissions, modules], [["-A"], ["--unstable-kv"]]);
    }
  });

  it("leaves out watchers and inspectors", () => {
    const { permissions, modules } = sortFlags([
      "run",
      "--watch",
      "--inspect",
      "--watch-hmr",
      "x.ts",
    ]);
    assertEquals([permissions, modules], [[], []]);
  });
});
