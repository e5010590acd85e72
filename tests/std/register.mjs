// Gives Node the names of `import_map.json` that stand for files of this repository:
// `node --import ./tests/std/register.mjs`. Threads and processes inherit the flag, so the
// children of a test resolve as the test does. (Deno reads the map itself, Bun `tsconfig.json`.)
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

const map = new URL("./import_map.json", import.meta.url);
const files = new Map(
  Object.entries(JSON.parse(readFileSync(map, "utf8")).imports)
    .filter(([, target]) => target.startsWith("."))
    .map(([name, target]) => [name, new URL(target, map).href]),
);

registerHooks({
  resolve(specifier, context, next) {
    return next(files.get(specifier) ?? specifier, context);
  },
});
