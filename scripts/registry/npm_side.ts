/** What JSR's registry for npm answers: a document about the package, and its archive. */

import { createHash } from "node:crypto";
import { type Answer, json } from "./jsr_side.ts";
import { buildForNpm } from "./npm_build.ts";
import type { Package } from "./published.ts";
import { tarball } from "./tarball.ts";

/** A package as npm has it. */
interface Archive {
  readonly name: string;
  /** Where it is to be had, as a path. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** What npm shall know of the package without it. */
  readonly manifest: { readonly version: string };
}

/** Makes what answers for a package; `origin` is where the archive is to be found. */
export function npmSide(
  pack: Package,
  origin: () => string,
): (path: string) => Answer | undefined {
  // When it is first asked for: Deno never does.
  let archive: Archive | undefined;
  return (path) => {
    if (!/^\/(@jsr|~)\//.test(path)) return undefined;
    archive ??= archiveOf(buildForNpm(pack));
    if (path === archive.path) return { type: "application/octet-stream", body: archive.bytes };
    return path === `/${archive.name}` ? json(documentOf(archive, origin())) : undefined;
  };
}

function archiveOf({ name, version, files }: Package): Archive {
  const archived = new Map([...files].map(([path, bytes]) => [`package${path}`, bytes]));
  const manifest = JSON.parse(new TextDecoder().decode(files.get("/package.json")));
  return { name, path: `/~/11/${name}/${version}.tgz`, bytes: tarball(archived), manifest };
}

function documentOf({ name, path, bytes, manifest }: Archive, origin: string): unknown {
  const { version } = manifest;
  const dist = {
    tarball: new URL(path, origin).href,
    shasum: createHash("sha1").update(bytes).digest("hex"),
    integrity: "sha512-" + createHash("sha512").update(bytes).digest("base64"),
  };
  const published = new Date(0).toISOString();
  return {
    name,
    "dist-tags": { latest: version },
    versions: { [version]: { ...manifest, dist } },
    time: { created: published, modified: published, [version]: published },
  };
}
