/**
 * Which test files run on which runtime, and in which order. A file says in its first lines where
 * it runs: `// @runs-on one: takes long`. Without such a line it runs on Deno, Bun and Node 24.
 */

import type { Durations } from "./test_durations.ts";

/** What may follow `@runs-on`. */
export const placements = ["main", "every", "one", "deno", "bun", "node24", "node26"] as const;

/**
 * Where a file runs in a run of everything:
 *
 * - `main`: on Deno, Bun and Node 24. This is the default.
 * - `every`: on Node 26, too. Its engine and its way to map memory differ from those of Node 24.
 * - `one`: on one of Deno, Bun and Node 24, another one each time.
 * - The name of a runtime: on that runtime alone.
 */
export type Placement = typeof placements[number];

/** The runtimes that share the files of `one`. */
const main: readonly string[] = ["deno", "bun", "node24"];

/** Reads where a test file runs. The reason after the colon is for people. */
export function placementOf(file: string, text: string): Placement {
  const tags = [...text.matchAll(/^\/\/ @runs-on\b *(.*)$/gm)];
  if (tags.length === 0) return "main";
  const [, word = "", reason = ""] = /^(\w*)(?:: (.+))?$/.exec(tags[0]![1]!) ?? [];
  const placement = placements.find((name) => name === word);
  if (tags.length > 1 || placement === undefined || reason === "" || tags[0]!.index > 0) {
    throw new SyntaxError(
      `Cannot read @runs-on in ${file}: its first line must be "// @runs-on WORD: reason", ` +
        `where WORD is one of ${placements.join(", ")}`,
    );
  }
  return placement;
}

/** The files of a run of everything for one runtime. */
export function filesFor(
  runtime: string,
  placed: ReadonlyMap<string, Placement>,
  durations: Durations,
  turn: number,
): string[] {
  const shared = [...placed.keys()].filter((file) => placed.get(file) === "one");
  // By turns in the order of their durations, so that each runtime gets as much to do.
  const turns = longestFirst("deno", shared, durations);
  const isHere = (file: string, placement: Placement): boolean => {
    if (placement === "every") return true;
    if (placement === "main") return main.includes(runtime);
    if (placement !== "one") return placement === runtime;
    return main[(turns.indexOf(file) + turn) % main.length] === runtime;
  };
  return [...placed].filter(([file, placement]) => isHere(file, placement)).map(([file]) => file);
}

/**
 * Orders files by their durations, the longest first, so that no long file is left for the end. A
 * file that nobody has measured may be long, so it comes before the others.
 */
export function longestFirst(
  runtime: string,
  files: readonly string[],
  durations: Durations,
): string[] {
  const duration = (file: string): number => durations[file]?.[runtime] ?? Infinity;
  return files.toSorted((a, b) => {
    const [one, other] = [duration(a), duration(b)];
    return one === other ? (a < b ? -1 : 1) : other - one;
  });
}
