// @runs-on one: it asks nothing of a runtime

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { faultsOf, release, versionIn } from "../../scripts/lib/release.ts";
import { root } from "../../scripts/toolchain.mjs";

const files = ["deno.json", "package.json", "package-lock.json", "CHANGELOG.md"];
let folder = "";

const read = (file: string): string => fs.readFileSync(path.join(folder, file), "utf8");
const all = (): string[] => files.map(read);

/** The lines that differ from those of the repository. */
function changed(file: string): string[] {
  const before = new Set(fs.readFileSync(path.join(root, file), "utf8").split("\n"));
  return read(file).split("\n").filter((line) => !before.has(line));
}

describe("a release", () => {
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "release-"));
    for (const file of files) fs.copyFileSync(path.join(root, file), path.join(folder, file));
    const changelog = read("CHANGELOG.md").replace(
      /## \[Unreleased\]\n/,
      "## [Unreleased]\n\n### Added\n\n- A thing.\n",
    );
    fs.writeFileSync(path.join(folder, "CHANGELOG.md"), changelog);
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it("writes the version everywhere, and changes nothing else", () => {
    release(folder, "99.0.0", "2030-01-02");
    assertEquals(versionIn(folder), "99.0.0");
    assertEquals(changed("deno.json"), ['  "version": "99.0.0",']);
    assertEquals(changed("package.json"), ['  "version": "99.0.0",']);
    assertEquals(changed("package-lock.json"), [
      '  "version": "99.0.0",',
      '      "version": "99.0.0",',
    ]);
  });

  it("makes what is unreleased that version's", () => {
    release(folder, "99.0.0", "2030-01-02");
    const changelog = read("CHANGELOG.md");
    const expected = "## [Unreleased]\n\n## [99.0.0] - 2030-01-02\n\n### Added\n\n- A thing.\n";
    assert(changelog.includes(expected), changelog.slice(0, 1000));
  });

  it("can be published by its tag, and by no other", () => {
    release(folder, "99.0.0", "2030-01-02");
    assertEquals(faultsOf(folder, "v99.0.0"), []);
    assertEquals(faultsOf(folder, "v99.0.1").length, 1);
    const text = read("package.json").replace("99.0.0", "98.0.0");
    fs.writeFileSync(path.join(folder, "package.json"), text);
    assertEquals(faultsOf(folder, "v99.0.0"), [
      "The version of package.json is 98.0.0, not 99.0.0",
    ]);
  });

  it("changes nothing where it is refused", () => {
    const before = all();
    for (const version of ["next", "1.2", "v99.0.0", "0.0.1"]) {
      assertThrows(() => release(folder, version, "2030-01-02"), RangeError, version);
    }
    assertEquals(all(), before);
    assertEquals(faultsOf(folder, `v${versionIn(folder)}-1`).length > 0, true);
  });

  it("is refused a second time, and where nothing was changed", () => {
    release(folder, "99.0.0", "2030-01-02");
    assertThrows(() => release(folder, "99.0.0", "2030-01-02"), RangeError, "has a section of it");
    assertThrows(() => release(folder, "99.0.1", "2030-01-02"), Error, "nothing under");
  });
});
