/**
 * Checks where the test files are and what they say of themselves. A test is in the folder of what
 * it tests: `tests/pool/` has those of `src/pool/`. And its `@runs-on` can be read.
 */

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { placementOf } from "./lib/test_plan.ts";
import { root } from "./toolchain.mjs";

/** Folders of tests of something else: bundles and installs, all of it at once, and the tools. */
const others = ["package", "scripts", "std", "stress"];

const files = fs.readdirSync(path.join(root, "tests"), { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".test.ts"));

function faultOf(file: string): string | undefined {
  const [folder] = file.split("/").slice(0, -1);
  const isKnown = folder === undefined || others.includes(folder) ||
    fs.existsSync(path.join(root, "src", folder));
  if (!isKnown) return `tests/${file}: there is no folder src/${folder}/ that it could test`;
  try {
    placementOf(`tests/${file}`, fs.readFileSync(path.join(root, "tests", file), "utf8"));
    return undefined;
  } catch (error) {
    return error instanceof SyntaxError ? error.message : String(error);
  }
}

const faults = files.map(faultOf).filter((fault) => fault !== undefined);
for (const fault of faults) console.error(fault);
console.log(`${files.length} test files, ${faults.length} faults`);
if (faults.length > 0) process.exit(1);
