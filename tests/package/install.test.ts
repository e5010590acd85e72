// @runs-on one: it starts many programs

/**
 * The package is installed from a registry on this machine into an empty project, on the runtime
 * that runs this, and a program that imports it runs there with both start methods.
 */

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { publishedPackage } from "../../scripts/registry/published.ts";
import { type Registry, serveRegistry } from "../../scripts/registry/server.ts";
import { runtime } from "../harness.ts";
import { self, WorkFolder } from "./folder.ts";

const name = "@nproc/multiprocessing";
const repository = fileURLToPath(new URL("../../", import.meta.url));
const program = fs.readFileSync(new URL("project/main.ts", import.meta.url), "utf8");
const expected = [
  "pool: 1 4 9",
  "queue: item 0 item 1",
  "process: 0",
  "manager: 3 2",
  "futures: 16",
];
const config = path.join(repository, "deno.json");
const tooling = (file: string): string => path.join(repository, "node_modules", file);

let registry: Registry;
let project: WorkFolder;

async function begin(): Promise<void> {
  registry = await serveRegistry();
  project = new WorkFolder({
    JSR_URL: registry.url,
    DENO_DIR: "{folder}/deno",
    BUN_INSTALL_CACHE_DIR: "{folder}/cache",
    npm_config_cache: "{folder}/cache",
    npm_config_fetch_retries: "0",
  });
  project.write("main.ts", program);
}

async function end(): Promise<void> {
  project[Symbol.dispose]();
  await registry.close();
}

describe("The package, installed from JSR", { ignore: runtime !== "deno" }, () => {
  beforeAll(async () => {
    await begin();
    await project.run([self, "add", `jsr:${name}`]);
  });
  afterAll(end);

  it("is what the project's configuration names", () => {
    const { imports } = JSON.parse(fs.readFileSync(project.file("deno.json"), "utf8"));
    assertStringIncludes(imports[name], `jsr:${name}@^`);
  });

  it("has the types that a program expects", async () => {
    await project.run([self, "check", "main.ts"]);
  });

  it("runs", async () => {
    const lines = await project.linesByMethod([self, "run", "-A", "main.ts"]);
    assertEquals(lines, [expected, expected]);
  });

  it("runs with no more permissions than threads need", async () => {
    const flags = ["--allow-read", `--allow-import=${new URL(registry.url).host}`, "--no-prompt"];
    const { stdout } = await project.run([self, "run", ...flags, "main.ts"]);
    assertEquals(stdout.split("\n").slice(0, -1), expected);
  });

  it("runs where it is imported by its full name", async () => {
    const full = program.replaceAll(`"${name}`, `"jsr:${name}@^0`);
    project.write("apart/main.ts", full);
    project.write("apart/deno.json", "{}");
    const lines = await project.linesByMethod([self, "run", "-A", "apart/main.ts"]);
    assertEquals(lines, [expected, expected]);
  });

  it("has the files that would be published", async () => {
    const flags = ["--dry-run", "--allow-dirty", "--no-check", "--allow-slow-types"];
    const { output } = await project.run([self, "publish", `--config=${config}`, ...flags]);
    const base = pathToFileURL(repository).href;
    const files = [...output.matchAll(/^ +(file:\S+) \([\d.]+\w+\)$/gm)].map(([, url]) =>
      url!.slice(base.length - 1)
    );
    assertEquals([...publishedPackage().files.keys()], files.toSorted());
  });

  it("needs no other package", () => {
    const others = registry.requests.filter((request) => !request.startsWith(`/${name}/`));
    assertEquals(others, []);
  });
});

const npmSpec = `${name}@npm:@jsr/nproc__multiprocessing`;
const installers: Record<string, string[]> = {
  bun: [self, "add", npmSpec],
  node: [process.platform === "win32" ? "npm.cmd" : "npm", "install", npmSpec],
};

describe("The package, installed from JSR's side for npm", { ignore: runtime === "deno" }, () => {
  beforeAll(async () => {
    await begin();
    project.write(".npmrc", `@jsr:registry=${registry.url}\nfund=false\naudit=false\n`);
    project.write("package.json", JSON.stringify({ name: "project", type: "module" }));
    await project.run(installers[runtime]!);
    // Node 24 maps memory with it. It is the user's to install, and is not to be fetched for this.
    for (const other of ["koffi", "@koromix"]) {
      if (runtime === "node") fs.symlinkSync(tooling(other), project.file(`node_modules/${other}`));
    }
  });
  afterAll(end);

  it("is JavaScript with declarations, and nothing else is installed", () => {
    const folder = project.file(`node_modules/${name}`);
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    const { types, default: main } = manifest.exports["./futures"];
    for (const file of [types, main]) assertEquals(fs.existsSync(path.join(folder, file)), true);
    assertEquals(new Set(registry.requests).size, 2);
  });

  // They are the same everywhere.
  const isLast = runtime === "node" && !process.version.startsWith("v24.");
  it("has the types that a program expects", { ignore: !isLast }, async () => {
    const compilerOptions = {
      ...{ target: "esnext", module: "nodenext", noEmit: true, strict: true },
      ...{ exactOptionalPropertyTypes: true, verbatimModuleSyntax: true },
      ...{ typeRoots: [tooling("@types")], types: ["node"] },
    };
    project.write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["main.ts"] }));
    await project.run([self, tooling("typescript/bin/tsc"), "-p", "."]);
  });

  it("runs", async () => {
    assertEquals(await project.linesByMethod([self, "main.ts"]), [expected, expected]);
  });
});
