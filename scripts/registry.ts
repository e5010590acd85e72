/**
 * Serves the package from this machine the way JSR does, to try an install before it is published:
 * its sources for Deno, and the archive of `.js` and `.d.ts` for npm and Bun.
 */

import { parseArgs } from "node:util";
import { npmName } from "./registry/npm_build.ts";
import { publishedPackage } from "./registry/published.ts";
import { serveRegistry } from "./registry/server.ts";

const { values } = parseArgs({ options: { port: { type: "string", default: "0" } } });
const { name } = publishedPackage();
const { url } = await serveRegistry(Number(values.port));
console.log(`${name} is at ${url} until this is interrupted.

  JSR_URL=${url} deno add jsr:${name}
  echo "@jsr:registry=${url}" >> .npmrc
  npm install ${name}@npm:${npmName(name)}
  bun add ${name}@npm:${npmName(name)}`);
