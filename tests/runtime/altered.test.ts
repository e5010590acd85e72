// @runs-on one: it takes long

import fs from "node:fs";
import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { linesOf, methods, noLeaks, type ProgramOptions, runtime } from "../harness.ts";
import { Folder } from "../process/scratch.ts";

const program = new URL("programs/altered.ts", import.meta.url);
const expected = ["3 3", "2 4 3", "2", "TypeError wrong RangeError: far", "2 true", "sent", "end"];

/** A name that makes any path too long for a socket's. */
const longName = "a".repeat(120);

describe("A program whose surroundings others have changed", () => {
  noLeaks();

  for (const method of methods) {
    const works = async (args: string[], options: ProgramOptions = {}): Promise<void> =>
      assertEquals(await linesOf(program, { args: [method, ...args], ...options }), expected);

    it(`works with a toJSON of all objects [${method}]`, () => works(["toJSON"]));

    it(`works where something else writes the stacks of errors [${method}]`, () =>
      works(["prepareStackTrace"]));

    it(`works where temporary files cannot be [${method}]`, async () => {
      using folder = new Folder();
      fs.mkdirSync(folder.file(longName));
      for (const TMPDIR of [folder.file(longName), folder.file("missing")]) {
        await works([], { env: { TMPDIR } });
      }
    });

    const flags = {
      deno: [["-A", "--v8-flags=--disallow-code-generation-from-strings"]],
      bun: [],
      node: [["--disallow-code-generation-from-strings"], ["--frozen-intrinsics"]],
    }[runtime];

    for (const each of flags) {
      it(`works with ${each.at(-1)} [${method}]`, () => works([], { flags: each }));
    }
  }
});
