/**
 * Checks the direction of imports under `src/`: a file imports from its own folder or from a lower
 * layer, leaf to leaf, and never in a circle. Static and dynamic imports count, and those of types.
 * Only `src/runtime/` imports modules of a runtime or packages (`deno lint` sees to the globals).
 */

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { runCommand } from "../tests/command.ts";
import { root } from "./toolchain.mjs";

/** From the lowest to the highest. What shares a layer does not know each other. */
const layers: string[][] = [
  ["arguments.ts", "errors.ts", "from_parts.ts"],
  ["runtime"],
  ["wait"],
  ["memory"],
  ["code"],
  ["codec"],
  ["handles"],
  ["sync"],
  ["shared"],
  ["channel"],
  ["queue"],
  ["process"],
  ["pool"],
  ["manager"],
  ["futures", "context.ts"],
];

/**
 * The folders within a layer, from the lowest to the highest; the files beside them are above all.
 */
const inside: Readonly<Record<string, readonly string[]>> = {
  manager: ["protocol", "client", "server"],
};

/** One import of a file: the file or module it names. */
interface Import {
  from: string;
  line: number;
  /** A path from the root for a file of ours; otherwise what is written. */
  to: string;
}

/** What `deno info --json` tells of a module, as far as it is used here. */
interface Module {
  specifier: string;
  dependencies?: { specifier: string; code?: Resolved; type?: Resolved }[];
}

interface Resolved {
  specifier?: string;
  span: { start: { line: number } };
}

const base = pathToFileURL(root).href;
const local = (url: string): string | undefined =>
  url.startsWith(base) ? url.slice(base.length) : undefined;

function sources(): string[] {
  return fs.readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((file) => path.posix.join("src", file.replaceAll("\\", "/")))
    .filter((file) => /\.[cm]?[jt]sx?$/.test(file));
}

/** Deno's own parser finds the imports: those in comments and texts are none. */
async function allImports(): Promise<Import[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "imports-"));
  const entry = path.join(folder, "all.ts");
  fs.writeFileSync(entry, sources().map((file) => `import "${base}${file}";\n`).join(""));
  const result = await runCommand(process.execPath, ["info", "--json", entry], { cwd: root });
  fs.rmSync(folder, { recursive: true });
  if (result.code !== 0) throw new Error(`Cannot read the imports: ${result.stderr}`);
  const { modules } = JSON.parse(result.stdout) as { modules: Module[] };
  return modules.flatMap(({ specifier, dependencies = [] }) => {
    const from = local(specifier);
    if (from === undefined) return [];
    return dependencies.map((dependency) => {
      const resolved = dependency.code ?? dependency.type;
      const to = local(resolved?.specifier ?? "") ?? dependency.specifier;
      return { from, line: (resolved?.span.start.line ?? 0) + 1, to };
    });
  });
}

/** What of `src/` a file belongs to: a folder, or the file itself where it is in none. */
const part = (file: string): string => file.split("/")[1]!;
/** How high a file is within its layer. */
function height(file: string): number {
  const [, layer, folder, ...rest] = file.split("/");
  const folders = inside[layer!];
  if (folders === undefined) return 0;
  return rest.length === 0 ? folders.length : folders.indexOf(folder!);
}

const layer = (file: string): number => layers.findIndex((parts) => parts.includes(part(file)));

function fault({ from, to }: Import): string | undefined {
  if (to.startsWith("node:") || !to.includes("/") || /^(npm|jsr|https?|bun):/.test(to)) {
    return part(from) === "runtime" ? undefined : `only src/runtime/ may import "${to}"`;
  }
  if (!to.startsWith("src/")) return `"${to}" is outside src/`;
  if (/\/(mod|index)\.ts$/.test(to)) return `"${to}" is a barrel: import the file that declares it`;
  if (part(from) === part(to)) {
    return height(to) <= height(from) ? undefined : `"${to}" is in a folder above`;
  }
  if (layer(to) < layer(from)) return undefined;
  const where = layer(to) === layer(from) ? "beside" : "above";
  return `"${to}" is in ${part(to)}, ${where} ${part(from)}`;
}

/** The shortest way from each file back to itself, where there is one; each circle once. */
function circles(imports: Import[]): string[][] {
  const targets = Map.groupBy(imports, (edge) => edge.from);
  const found = new Map<string, string[]>();
  for (const start of targets.keys()) {
    const trails = [[start]];
    const seen = new Set<string>();
    // It grows while it is walked: shorter trails come first.
    for (const trail of trails) {
      for (const { to } of targets.get(trail.at(-1)!) ?? []) {
        if (!seen.has(to)) trails.push([...trail, to]);
        seen.add(to);
      }
    }
    const circle = trails.slice(1).find((trail) => trail.at(-1) === start);
    // Its members tell a circle from others, wherever it begins.
    if (circle !== undefined) found.set([...new Set(circle)].sort().join(), circle);
  }
  return [...found.values()];
}

const imports = (await allImports()).filter(({ from }) => from.startsWith("src/"));
const faults = [
  ...sources().filter((file) => layer(file) === -1).map((file) => `${file}: belongs to no layer`),
  ...imports.flatMap((edge) => {
    const what = fault(edge);
    return what === undefined ? [] : [`${edge.from}:${edge.line}: ${what}`];
  }),
  ...circles(imports).map((files) => `${files[0]}: imports itself: ${files.join(" -> ")}`),
];
for (const line of faults) console.error(line);
console.log(`${imports.length} imports of ${sources().length} files, ${faults.length} faults`);
if (faults.length > 0) process.exit(1);
