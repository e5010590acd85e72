/**
 * Nothing public is forgotten: what a file under `src/` exports is exported by an entry module of
 * the package too, or a doc comment (its own, or the one at the top of the file) says `@internal`.
 */

import fs from "node:fs";
import path from "node:path";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

const root = path.join(import.meta.dirname!, "..");
const read = (file: string): string => fs.readFileSync(path.join(root, file), "utf8");

/** A name and the file that declares it: two files may have the same name for different things. */
type Export = `${string} of ${string}`;

// The code is formatted, so that an export begins a line, and what belongs to it is indented.
const declaration =
  /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:class|function\*?|const|let|interface|type|enum|namespace) (\w+)/gm;
const clause = /^export (?:type )?\{([^}]*)\}(?: from "(\.[^"]*)")?/gm;
const star = /^export (?:type )?\* from "(\.[^"]*)"/gm;

/** The names of `{ a, type B, c as d }`, as their own file knows them. */
const namesIn = (list: string): string[] =>
  list.split(",").map((entry) => entry.trim().replace(/^type /, "").split(" as ")[0]!)
    .filter((name) => name !== "");

const resolve = (from: string, specifier: string): string =>
  path.posix.join(path.posix.dirname(from), specifier);

/** The doc comment that ends right before a position. */
const docBefore = (text: string, end: number): string =>
  text.slice(0, end).match(/\/\*\*(?:(?!\*\/)[^])*\*\/\s*$/)?.[0] ?? "";

const topDoc = (text: string): string =>
  text.match(/^(?:#!.*\n)?\s*(\/\*\*(?:(?!\*\/)[^])*\*\/)/)?.[1] ?? "";

/** What a file declares and exports, with whether it says that this is internal. */
function declared(file: string): { name: string; internal: boolean }[] {
  const text = read(file);
  const all = topDoc(text);
  const internalFile = all.includes("@internal") && all.includes("@module");
  const isInternal = (at: number): boolean =>
    internalFile || docBefore(text, at).includes("@internal");
  const found = new Map<string, boolean>();
  for (const match of text.matchAll(declaration)) {
    // Of several overloads, one that says so is enough.
    found.set(match[1]!, (found.get(match[1]!) ?? false) || isInternal(match.index));
  }
  for (const match of text.matchAll(clause)) {
    // What is passed on belongs to the file that declares it.
    if (match[2] !== undefined) continue;
    for (const name of namesIn(match[1]!)) found.set(name, isInternal(match.index));
  }
  return [...found].map(([name, internal]) => ({ name, internal }));
}

/** What an entry module exports, through whatever it passes on. */
function exported(file: string): Export[] {
  const text = read(file);
  const own = declared(file).map(({ name }): Export => `${name} of ${file}`);
  const named = [...text.matchAll(clause)].flatMap(([, list, from]) =>
    from === undefined
      ? []
      : namesIn(list!).map((name): Export => `${name} of ${resolve(file, from)}`)
  );
  const stars = [...text.matchAll(star)].flatMap(([, from]) => exported(resolve(file, from!)));
  return [...own, ...named, ...stars];
}

function entries(): string[] {
  const { exports } = JSON.parse(read("deno.json")) as { exports: Record<string, string> };
  return Object.values(exports).map((file) => path.posix.normalize(file));
}

function sources(): string[] {
  return fs.readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((file) => path.posix.join("src", file.replaceAll("\\", "/")))
    .filter((file) => file.endsWith(".ts"))
    .sort();
}

describe("the package", () => {
  it("exports everything that is not marked as internal", () => {
    const known = new Set(entries().flatMap(exported));
    const forgotten = sources().flatMap((file) =>
      declared(file)
        .filter(({ name, internal }) => !internal && !known.has(`${name} of ${file}`))
        .map(({ name }) => `${file}: ${name}`)
    );
    assertEquals(forgotten, []);
  });

  it("exports no binding that can be assigned again", () => {
    assertEquals(sources().filter((file) => /^export (let|var)\b/m.test(read(file))), []);
  });

  it("shows programs no constructor signature that is not for them", () => {
    const overload = /@internal\s*\*\/\s*constructor\([^{}]*\);$/m;
    assertEquals(sources().filter((file) => overload.test(read(file))), []);
  });

  it("names only what there is", () => {
    const all = new Set(
      [...entries(), ...sources()].flatMap((file) =>
        declared(file).map(({ name }) => `${name} of ${file}`)
      ),
    );
    assertEquals(entries().flatMap(exported).filter((name) => !all.has(name)), []);
  });
});
