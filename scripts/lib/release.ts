/** What a release changes in the files of a folder: the version, and the changelog. */

import fs from "node:fs";
import path from "node:path";

/** Where the version is. The first is the source, and the others follow it. */
const manifests = ["deno.json", "package.json", "package-lock.json"];
const semver = /^(\d+)\.(\d+)\.(\d+)$/;
const unreleased = "## [Unreleased]";

/** The version that `deno.json` names. */
export function versionIn(folder: string): string {
  return JSON.parse(read(folder, "deno.json")).version;
}

/**
 * Writes a version wherever one is, and makes what the changelog has under "Unreleased" that
 * version's. If anything is wrong, nothing is written.
 *
 * @throws {RangeError} If the version is none, is lower than the present one, or is in the
 * changelog.
 * @throws {Error} If nothing is under "Unreleased".
 */
export function release(folder: string, version: string, date: string): void {
  const present = versionIn(folder);
  if (!semver.test(version)) {
    throw new RangeError(`Cannot release "${version}" as it is no version such as 1.2.3`);
  }
  if (isLower(version, present)) {
    throw new RangeError(`Cannot release ${version} as the present version is ${present}`);
  }
  const changelog = releasedChangelog(read(folder, "CHANGELOG.md"), version, date);
  const texts = manifests.map((file) => withVersion(read(folder, file), present, version, file));
  for (const [i, file] of manifests.entries()) write(folder, file, texts[i]!);
  write(folder, "CHANGELOG.md", changelog);
}

/**
 * What is wrong with publishing a tag: it must be `v` and the version of every file, and the
 * changelog must have that version.
 */
export function faultsOf(folder: string, tag: string): string[] {
  const version = versionIn(folder);
  const faults: string[] = [];
  if (tag !== `v${version}`) faults.push(`The tag is ${tag}, the version of deno.json ${version}`);
  for (const file of manifests) {
    const found = JSON.parse(read(folder, file)).version;
    if (found !== version) faults.push(`The version of ${file} is ${found}, not ${version}`);
  }
  if (!hasSection(read(folder, "CHANGELOG.md"), version)) {
    faults.push(`CHANGELOG.md has no section of ${version}`);
  }
  return faults;
}

function isLower(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.match(semver)!.slice(1).map(Number));
  const i = a!.findIndex((part, i) => part !== b![i]);
  return i !== -1 && a![i]! < b![i]!;
}

const hasSection = (changelog: string, version: string): boolean =>
  changelog.includes(`\n## [${version}] - `);

function releasedChangelog(changelog: string, version: string, date: string): string {
  if (hasSection(changelog, version)) {
    throw new RangeError(`Cannot release ${version} as CHANGELOG.md has a section of it`);
  }
  const [before, after] = changelog.split(`${unreleased}\n`);
  if (after === undefined || after.split("\n## ")[0]!.trim() === "") {
    throw new Error(`Cannot release ${version} as CHANGELOG.md has nothing under "Unreleased"`);
  }
  return `${before}${unreleased}\n\n## [${version}] - ${date}\n${after}`;
}

/** The text of a manifest with another version of this package, and of nothing else. */
function withVersion(text: string, present: string, version: string, file: string): string {
  const { name } = JSON.parse(text);
  // The lock has it twice: at the top, and as the package of the folder itself.
  const pattern = /("name": "([^"]+)",\s*"version": ")([^"]+)"/g;
  let count = 0;
  const changed = text.replaceAll(pattern, (all, start: string, owner: string, old: string) => {
    if (owner !== name || old !== present) return all;
    count++;
    return `${start}${version}"`;
  });
  if (count === 0) throw new Error(`Cannot find version ${present} in ${file}`);
  return changed;
}

const read = (folder: string, file: string): string =>
  fs.readFileSync(path.join(folder, file), "utf8");
const write = (folder: string, file: string, text: string): void =>
  fs.writeFileSync(path.join(folder, file), text);
