/** What JSR answers to Deno: documents about a package, and its sources as they were published. */

import { createHash } from "node:crypto";
import type { Package } from "./published.ts";

/** A body and its media type. */
export interface Answer {
  readonly type: string;
  readonly body: string | Uint8Array;
}

/** An answer that is a document. */
export const json = (value: unknown): Answer => ({
  type: "application/json",
  body: JSON.stringify(value),
});

const types: readonly (readonly [RegExp, string])[] = [
  [/\.[cm]?tsx?$/, "text/typescript"],
  [/\.[cm]?jsx?$/, "text/javascript"],
  [/\.json$/, "application/json"],
  [/\.md$/, "text/markdown"],
];

const typeOf = (file: string): string =>
  types.find(([pattern]) => pattern.test(file))?.[1] ?? "text/plain";

/** The answer to a path; `undefined` where there is nothing of that name. */
export function jsrAnswer(pack: Package, path: string): Answer | undefined {
  const base = `/${pack.name}/`;
  if (!path.startsWith(base)) return undefined;
  const rest = path.slice(base.length);
  if (rest === "meta.json") return json(packageDocument(pack));
  if (rest === `${pack.version}_meta.json`) return json(versionDocument(pack));
  if (!rest.startsWith(`${pack.version}/`)) return undefined;
  const file = rest.slice(pack.version.length);
  const body = pack.files.get(file);
  return body && { type: typeOf(file), body };
}

function packageDocument({ name, version }: Package): unknown {
  const [scope, bare] = name.slice(1).split("/");
  return { scope, name: bare, latest: version, versions: { [version]: {} } };
}

function versionDocument({ exports, files }: Package): unknown {
  const manifest = Object.fromEntries(
    [...files].map(([path, bytes]) => [path, { size: bytes.length, checksum: checksum(bytes) }]),
  );
  return { manifest, exports };
}

const checksum = (bytes: Uint8Array): string =>
  `sha256-${createHash("sha256").update(bytes).digest("hex")}`;
