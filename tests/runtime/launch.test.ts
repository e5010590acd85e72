import fs from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { runCommand } from "../command.ts";
import { noLeaks, runtime } from "../harness.ts";
import { Folder } from "../process/scratch.ts";
import { RunningProgram } from "../running.ts";

const folder = fileURLToPath(new URL("programs/launch/", import.meta.url));
const inline = fileURLToPath(new URL("programs/inline.ts", import.meta.url));
const verb = runtime === "deno" ? ["run", "-A"] : [];

interface Started {
  /** The runtime's flags, and what stands in the place of the program's file. */
  flags?: readonly string[];
  script?: string;
  args?: readonly string[];
  cwd?: string;
  env?: Record<string, string>;
  input?: string;
}

/** Starts a program as a user would in its folder, and gives the lines that it prints. */
async function start(how: Started): Promise<string[]> {
  const { flags = [], script = "index.ts", args = [], cwd = folder, env, input } = how;
  const words = [...verb, ...flags, script, ...args];
  const { code, stdout, output, timedOut } = await runCommand(process.execPath, words, {
    cwd,
    timeout: 60_000,
    env: { NO_COLOR: "1", NODE_OPTIONS: undefined, ...env },
    ...(input !== undefined && { input }),
  });
  if (code !== 0 || timedOut) throw new Error(`exit code ${code}, ${timedOut}:\n${output}`);
  return stdout.split("\n").slice(0, -1);
}

/** What both kinds of children say of how their program was started. */
async function surroundings(how: Started): Promise<Record<string, unknown>[]> {
  const said = (await start(how)).map((line) => JSON.parse(line));
  assertEquals(said.length, 2);
  return said;
}

/** Another name of the program, in its own folder: Deno resolves imports from where the link is. */
function symbolicLink(): Disposable & { path: string } {
  const path = `${folder}link-${process.pid}-${runtime}.ts`;
  fs.symlinkSync("index.ts", path);
  return { path, [Symbol.dispose]: () => fs.rmSync(path) };
}

describe("A child of a program", () => {
  noLeaks();

  it("has the program's arguments, also where a module reads them as it is loaded", async () => {
    for (const first of ["a", "nested"]) {
      for (const said of await surroundings({ args: [first, "--b", "c d"] })) {
        const args = `${first} --b c d`;
        assertEquals([said["script"], said["args"], said["flags"]], [
          "[multiprocessing]",
          [args, args, args],
          [],
        ]);
      }
    }
  });

  it("has arguments that are long, or look like flags", async () => {
    const long = Array.from({ length: 30 }, (_, i) => `${i}`.repeat(4000));
    for (const said of await surroundings({ args: ["x", "--hot", "--", "-e", ...long] })) {
      assertEquals((said["args"] as string[])[1], ["x", "--hot", "--", "-e", ...long].join(" "));
    }
  });

  it("can start programs and threads of its own", async () => {
    assertEquals(await start({ args: ["others"] }), Array(2).fill('["thread","forked"]'));
  });

  it("is started by what was relative when the program was started", async () => {
    const flags = {
      deno: ["--preload=./preload.mjs", "--env-file=some.env"],
      bun: ["--preload", "./preload.mjs", "--env-file=some.env"],
      node: ["--import", "./preload.mjs", "--env-file=some.env", "--no-warnings"],
    }[runtime];
    const [thread, child] = await surroundings({ flags, args: ["chdir"] });
    assertEquals([child!["preloaded"], child!["variable"]], ["preloaded", "read"]);
    assertEquals(thread!["variable"], "read");
    // Bun and Deno preload nothing into threads.
    if (runtime === "node") assertEquals(thread!["preloaded"], "preloaded");
  });

  it("need not find the folder in which the program was started", async () => {
    using scratch = new Folder();
    const gone = scratch.file("gone");
    fs.mkdirSync(gone);
    const script = `process.chdir("/");process.getBuiltinModule("node:fs").rmdirSync(${
      JSON.stringify(gone)
    });await import(${JSON.stringify(new URL("programs/inline.ts", import.meta.url).href)});`;
    fs.writeFileSync(scratch.file("start.mjs"), script);
    assertEquals(await start({ cwd: gone, script: scratch.file("start.mjs") }), ["2", "2"]);
  });

  it("imports the main module by whatever name that was given", async () => {
    using link = symbolicLink();
    const names: Started[] = [{ script: link.path }];
    // Deno imports no folder.
    if (runtime !== "deno") names.push({ script: "." }, { script: "launch", cwd: folder + ".." });
    for (const name of names) {
      for (const said of await surroundings({ ...name, args: ["x"] })) {
        assertEquals((said["args"] as string[])[0], "x");
      }
    }
  });

  it("needs no main module", async () => {
    const text = fs.readFileSync(inline, "utf8")
      .replace("../../../mod.ts", new URL("../../mod.ts", import.meta.url).href);
    const flags = runtime === "node" ? ["--input-type=module-typescript"] : [];
    assertEquals(await start({ flags, script: "-", input: text }), ["2", "2"]);
    if (runtime !== "deno") {
      assertEquals(await start({ flags: [...flags, "-e"], script: text, args: ["x"] }), ["2", "2"]);
    }
  });

  const inspectors: Started[] = {
    deno: [{ flags: ["--inspect=127.0.0.1:0"] }],
    bun: [
      { flags: ["--inspect=127.0.0.1:0"] },
      { flags: ["--inspect"] },
      { env: { BUN_INSPECT: "ws://127.0.0.1:16500/some" } },
    ],
    node: [
      { flags: ["--inspect=127.0.0.1:0"] },
      { flags: ["--inspect-port=16501", "--inspect"] },
      { env: { NODE_OPTIONS: "--no-warnings --inspect=127.0.0.1:16502" } },
    ],
  }[runtime];

  for (const inspector of inspectors) {
    it(`does not listen where its program's inspector does: ${JSON.stringify(inspector)}`, async () => {
      for (const said of await surroundings({ ...inspector, args: ["x"] })) {
        assertEquals((said["args"] as string[])[0], "x");
      }
    });
  }

  for (const flag of runtime === "bun" ? ["--watch", "--hot"] : ["--watch"]) {
    it(`is no watcher: ${flag}`, async () => {
      const program = new URL("programs/launch/index.ts", import.meta.url);
      await using watched = new RunningProgram(program, ["x"], [flag]);
      const said = await watched.untilLines(/^\{"script.*\}$/gm, 2);
      assertEquals(said.map((line) => JSON.parse(line).flags), [[], []]);
    });
  }
});
