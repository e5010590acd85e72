/** A program of tasks gives the same, with both start methods, when it is bundled or compiled. */

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { type BuildOptions, buildSync, version as esbuildVersion } from "esbuild";
import { findRuntime } from "../../scripts/toolchain.mjs";
import { runCommand } from "../command.ts";
import { methods, runtime } from "../harness.ts";
import { expected, self, WorkFolder } from "./folder.ts";

const program = (name: string): string =>
  fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
const modules = fileURLToPath(new URL("../../node_modules/", import.meta.url));
let folder: WorkFolder;
beforeAll(() => {
  folder = new WorkFolder();
  folder.linkKoffi();
});
afterAll(() => folder[Symbol.dispose]());

/** Runs the program that was built, with both start methods. */
async function check(...words: string[]): Promise<void> {
  assertEquals(await folder.linesByMethod(words), [expected, expected]);
}

const flags = runtime === "deno" ? ["run", "-A"] : [];

/** Bundles a program with esbuild. */
function bundle(name: string, outfile: string, options: BuildOptions = {}): void {
  buildSync({
    ...{ bundle: true, format: "esm", platform: "node", logLevel: "error" },
    ...{ entryPoints: [program(name)], outfile: folder.file(outfile) },
    ...options,
  });
}

describe("A program that esbuild bundled", () => {
  it("runs", async () => {
    bundle("tasks", "esbuild.mjs");
    await check(self, ...flags, "esbuild.mjs");
  });

  it("runs when it is minified", async () => {
    bundle("tasks", "minified.mjs", { minify: true });
    await check(self, ...flags, "minified.mjs");
  });

  it("tells why it cannot run as CommonJS", async () => {
    bundle("../../../mod", "esbuild.cjs", { format: "cjs" });
    const options = { cwd: folder.path, timeout: 30_000 };
    const { code, stderr } = await runCommand(self, [...flags, "esbuild.cjs"], options);
    assertEquals(code, 1);
    assertStringIncludes(stderr, 'bundle as "esm"');
  });
});

describe("A program that bun build bundled", { ignore: runtime === "deno" }, () => {
  const bun = runtime === "bun" ? self : findRuntime("bun")!.path;

  it("for this runtime runs", async () => {
    const words = ["--target", runtime, "--outfile", "bun.mjs"];
    await folder.run([bun, "build", program("tasks"), ...words]);
    await check(self, "bun.mjs");
  });

  it(
    "for Node tells on Bun how to guard its main part",
    { ignore: runtime !== "bun" },
    async () => {
      const words = ["--target", "node", "--outfile", "node.mjs"];
      await folder.run([bun, "build", program("tasks"), ...words]);
      const options = { cwd: folder.path, timeout: 30_000 };
      const { code, stderr, leftovers } = await runCommand(self, ["node.mjs"], options);
      assertEquals([code, leftovers], [1, []]);
      assertStringIncludes(stderr, "if (import.meta.main && parentProcess() === undefined) {");
    },
  );
});

describe("An executable that bun build made", { ignore: runtime !== "bun" }, () => {
  const executable = async (name: string, ...options: string[]) => {
    await folder.run([self, "build", "--compile", ...options, program(name), "--outfile", name]);
    return folder.file(name);
  };

  it("runs", async () => {
    await check(await executable("tasks"));
  });

  it("runs when it is minified and holds bytecode", async () => {
    await check(await executable("tasks", "--minify", "--bytecode", "--format=esm"));
  });

  it("has exported functions and a main part that runs once, if that is guarded", async () => {
    const lines = ["begins once", "state: 1 2"];
    assertEquals(await folder.linesByMethod([await executable("guarded")]), [lines, lines]);
  });
});

describe("A program that deno bundle made", { ignore: runtime !== "deno" }, () => {
  it("runs", async () => {
    // Deno would fetch esbuild; where it is of the same version, ours is there already.
    const name = `esbuild-${process.platform}-${process.arch}`;
    const dir = folder.file(`deno/dl/esbuild-${esbuildVersion}-1`);
    const ours = path.join(modules, `@esbuild/${process.platform}-${process.arch}/bin/esbuild`);
    fs.mkdirSync(dir, { recursive: true });
    if (fs.existsSync(ours)) fs.copyFileSync(ours, path.join(dir, name));
    const env = { DENO_DIR: folder.file("deno") };
    await folder.run([self, "bundle", program("tasks"), "-o", "deno.mjs"], env);
    await check(self, ...flags, "deno.mjs");
  });
});

describe("An executable that deno compile made", { ignore: runtime !== "deno" }, () => {
  // It is made of another executable, denort, which is in no registry: DENORT_BIN has to name one.
  const hasDenort = process.env["DENORT_BIN"] !== undefined;

  it("runs", { ignore: !hasDenort }, async () => {
    await folder.run([self, "compile", "-A", "--no-check", "-o", "executable", program("tasks")]);
    await check(folder.file("executable"));
  });

  it("starts a process by fork(), with a script that is removed", async () => {
    const words = [self, ...flags, program("executable")];
    const env = { MULTIPROCESSING_START_METHOD: "process", TMPDIR: folder.path };
    assertEquals((await folder.run(words, env)).stdout, "true true\n");
    const left = fs.readdirSync(folder.path).filter((name) => name.startsWith("nproc-"));
    assertEquals(left, []);
  });
});

// Node 24 has no command that makes one.
const canBuild = runtime === "node" && !process.version.startsWith("v24.");

describe("A single executable application of Node", { ignore: !canBuild }, () => {
  it("tells that it cannot have children", async () => {
    bundle("guarded", "guarded.mjs");
    const config = { main: "guarded.mjs", mainFormat: "module", output: "application" };
    folder.write("sea.json", JSON.stringify({ ...config, disableExperimentalSEAWarning: true }));
    await folder.run([self, "--build-sea", "sea.json"]);
    for (const method of methods) {
      const env = { MULTIPROCESSING_START_METHOD: method };
      const options = { cwd: folder.path, env, timeout: 30_000 };
      const { code, stderr, leftovers } = await runCommand(folder.file("application"), [], options);
      assertEquals([code, leftovers], [1, []]);
      assertStringIncludes(stderr, "Cannot start PoolWorker-1 as children of a single executable");
    }
  });
});
