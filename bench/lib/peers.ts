/**
 * What the benches compare the library with. It is installed when it is first asked for, into
 * `bench/node_modules`: there every runtime finds it, and nobody who runs no bench has it.
 */

import fs from "node:fs";
import path from "node:path";
import { npm, root } from "../../scripts/toolchain.mjs";

/** The packages, in the versions that are compared with. */
export const peers: Readonly<Record<string, string>> = {
  multithreading: "0.3.52",
  piscina: "5.3.2",
  poolifier: "5.3.2",
  tinypool: "2.2.0",
  workerpool: "10.0.3",
};

const folder = path.join(root, "bench");

function isInstalled([name, version]: [string, string]): boolean {
  const file = path.join(folder, "node_modules", name, "package.json");
  return fs.existsSync(file) && JSON.parse(fs.readFileSync(file, "utf8")).version === version;
}

/** Installs the peers, unless they are there. */
export function installPeers(): void {
  if (Object.entries(peers).every(isInstalled)) return;
  console.error("Installing what the benches compare with ...");
  // All of them: npm removes what is not named again.
  const packages = Object.entries(peers).map((peer) => peer.join("@"));
  npm(["install", "--no-save", "--no-package-lock", "--prefix", folder, ...packages], folder);
}
