/** What JSR's registry for npm answers: a document about the package, and its archive. */

import { createHash } from "node:crypto";
import { type Answer, json } from "./jsr_side.ts";
import { buildForNpm } from "./npm_build.ts";
import type { Package } from "./published.ts";
import { tarball } from "./tarball.ts";

/** Makes what answers for a package; `origin` is where the archive is to be found. */
export function npmSide(
  pack: Package,
  origin: () => string,
): (path: string) => Answer | undefined {
  const { name, version, files } = buildForNpm(pack);
  const archived = new Map([...files].map(([path, bytes]) => [`package${path}`, bytes]));
  const archive = tarball(archived);
  const archivePath = `/~/11/${name}/${version}.tgz`;
  const manifest = JSON.parse(new TextDecoder().decode(files.get("/package.json")));
  const document = () => {
    const dist = {
      tarball: new URL(archivePath, origin()).href,
      shasum: createHash("sha1").update(archive).digest("hex"),
      integrity: "sha512-" + createHash("sha512").update(archive).digest("base64"),
    };
    const published = new Date(0).toISOString();
    return {
      name,
      "dist-tags": { latest: version },
      versions: { [version]: { ...manifest, dist } },
      time: { created: published, modified: published, [version]: published },
    };
  };
  return (path) => {
    if (path === archivePath) return { type: "application/octet-stream", body: archive };
    return path === `/${name}` ? json(document()) : undefined;
  };
}
