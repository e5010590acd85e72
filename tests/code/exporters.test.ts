// @runs-on every: V8 clones and encodes differently from version to version

/** Where a function comes from: by whatever the program calls the module that exports it. */

import fs from "node:fs";
import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { linesOf, runtime } from "../harness.ts";
import { self, WorkFolder } from "../package/folder.ts";

const library = new URL("../../mod.ts", import.meta.url).href;
const words = runtime === "deno" ? ["run", "-A"] : [];

/** A function that works where its module is alone. */
const exporting = (name: string): string => `
const factor = 2;
export function ${name}(x: number): number {
  return x * factor;
}
export class Of_${name} {
  x = 4;
  get double(): number {
    return this.x * factor;
  }
}`;

/** What only some runtimes resolve. */
const paths = runtime === "node" ? "" : `
import { byPath } from "@/lib/by_path.ts";
functions.byPath = byPath;`;
const computed = runtime === "deno" ? "" : `
functions.computed = (await import("./lib/" + ["comp", "uted"].join("") + ".ts")).computed;`;

const main = `
import { createRequire } from "node:module";
import { Pool } from "${library}";
import { byAlias } from "#lib/by_alias.ts";
import { Of_byAlias } from "#lib/by_alias.ts";
import tasks, { ofWorkspace } from "@acme/tasks";
${paths.split("\n").filter((line) => line.startsWith("import")).join("\n")}

export const double = (value: { double: number }): number => value.double;
export const callAll = (fns: ((x: number) => number)[]): number[] => fns.map((fn) => fn(5));

async function main(): Promise<void> {
  const require = createRequire(import.meta.url);
  const functions: Record<string, (x: number) => number> = {
    byAlias,
    ofWorkspace,
    ofDefault: tasks.ofDefault,
    dynamic: (await import("./lib/dynamic.ts")).dynamic,
    required: require("./lib/required.cjs").required,
    whole: require("./lib/whole.cjs"),
  };
  ${computed}
  ${paths.split("\n").filter((line) => !line.startsWith("import")).join("\n")}
  await using pool = new Pool(1);
  for (const [name, fn] of Object.entries(functions)) {
    const value = await pool.apply(fn, [21]).catch(String);
    const values = await pool.apply(callAll, [[fn]]).catch(String);
    if (value !== 42 || String(values) !== "10") console.log(name, value, values);
  }
  console.log("instance", await pool.apply(double, [new Of_byAlias()]));
  const local = () => absent;
  console.log(await pool.apply(local as never).catch(String));
}
declare const absent: number;

if (import.meta.main) await main();
`;

function project(folder: WorkFolder): void {
  folder.write(
    "package.json",
    JSON.stringify({
      type: "module",
      imports: { "#lib/*": "./lib/*" },
      workspaces: ["packages/*"],
    }),
  );
  const tsPaths = { compilerOptions: { paths: { "@/*": ["./*"] } } };
  folder.write("tsconfig.json", JSON.stringify(tsPaths));
  folder.write("deno.json", JSON.stringify({ imports: { "@/": "./" } }));
  for (const name of ["by_alias", "by_path", "dynamic", "computed"]) {
    const camel = name.replace(/_(.)/, (_, letter: string) => letter.toUpperCase());
    folder.write(`lib/${name}.ts`, exporting(camel));
  }
  folder.write(
    "lib/required.cjs",
    "const factor = 2;\nexports.required = function required(x) { return x * factor; };",
  );
  folder.write(
    "lib/whole.cjs",
    "const factor = 2;\nmodule.exports = function whole(x) { return x * factor; };",
  );
  folder.write(
    "packages/tasks/package.json",
    // What `require` would resolve to is another module.
    JSON.stringify({
      name: "@acme/tasks",
      type: "module",
      exports: { ".": { import: "./index.ts", require: "./index.cjs" } },
    }),
  );
  folder.write("packages/tasks/index.cjs", "throw new Error('not this one');");
  folder.write(
    "packages/tasks/index.ts",
    'export * from "./of_workspace.ts";\nimport { ofDefault } from "./of_default.ts";\n' +
      "export { ofDefault };\nexport default { ofDefault };",
  );
  folder.write("packages/tasks/of_workspace.ts", exporting("ofWorkspace"));
  folder.write("packages/tasks/of_default.ts", exporting("ofDefault"));
  fs.mkdirSync(folder.file("node_modules/@acme"), { recursive: true });
  fs.symlinkSync(folder.file("packages/tasks"), folder.file("node_modules/@acme/tasks"));
  folder.write("main.ts", main);
  if (runtime === "node") folder.linkKoffi();
}

describe("An exported function", () => {
  it("is found by whatever its module is imported", async () => {
    using folder = new WorkFolder();
    project(folder);
    for (const lines of await folder.linesByMethod([self, ...words, "main.ts"])) {
      assertEquals(lines.slice(0, -1), ["instance 8"]);
      const last = lines.at(-1)!;
      assertStringIncludes(last, "absent");
      assertStringIncludes(last, "closures do not travel");
      assertStringIncludes(last, "An export local was looked for in");
      assertStringIncludes(last, "@acme/tasks");
    }
  });

  it("of a CommonJS program is found, and so is its task", async () => {
    const program = new URL("programs/common.cjs", import.meta.url);
    for (const method of ["worker", "process"]) {
      assertEquals(await linesOf(program, { args: [method] }), [
        "exported 42",
        "task 43",
        "value 42",
        "instance 9",
      ]);
    }
  });
});
