/**
 * Prepares a release: writes the version and the date wherever they are. What is left is to look at
 * the changes, to commit them, and to push a tag, which is published by `.github/workflows/`.
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { faultsOf, release } from "./lib/release.ts";
import { root } from "./toolchain.mjs";

const help = `deno task release VERSION [options]

  VERSION      such as 1.2.3: written to deno.json, package.json and package-lock.json;
               what CHANGELOG.md has under "Unreleased" becomes that version's
  --date DATE  the day of the release (today, UTC)
  --check TAG  change nothing: fail unless TAG is what can be published from here`;

const { values: options, positionals: [version] } = parseArgs({
  allowPositionals: true,
  options: {
    date: { type: "string", default: new Date().toISOString().slice(0, 10) },
    check: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (options.check !== undefined) {
  const faults = faultsOf(root, options.check);
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
} else if (options.help || version === undefined) {
  console.log(help);
} else {
  release(root, version, options.date);
  console.log(`Next: git commit -am "Release ${version}" && git tag v${version}, and push both`);
}
