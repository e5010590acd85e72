// @runs-on one: it asks nothing of a runtime

import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { type Comment, isTooWide, narrowed } from "../../scripts/lint/comment_width.ts";

const block = (value: string, column = 0): Comment => ({ type: "Block", values: [value], column });
const lines = (values: string[], column = 0): Comment => ({ type: "Line", values, column });

describe("a comment", () => {
  it("is too wide by what stands before it, too", () => {
    assertEquals(isTooWide(block("* one two "), 13), true);
    assertEquals(isTooWide(block("* one two "), 14), false);
    assertEquals(isTooWide(block("* one two ", 1), 14), true);
    assertEquals(isTooWide(lines([" one two"]), 10), false);
    assertEquals(isTooWide(lines([" one", " one two"], 2), 10), true);
  });

  it("is not too wide for a word that cannot be broken, or a directive", () => {
    assertEquals(isTooWide(lines([" https://example.com/a/long/path"]), 20), false);
    assertEquals(isTooWide(block("*\n * - https://example.com/a/long/path\n "), 20), false);
    assertEquals(isTooWide(lines([" deno-lint-ignore no-console no-eval"]), 20), false);
  });

  it("of one line becomes one of several", () => {
    assertEquals(
      narrowed(block("* one two three ", 2), 14),
      "/**\n   * one two\n   * three\n   */",
    );
    assertEquals(narrowed(lines([" one two three"], 2), 14), "// one two\n  // three");
  });

  it("is broken anew in its wide paragraphs alone", () => {
    const value = "*\n * a\n * b\n *\n * one two three\n * four\n ";
    assertEquals(
      narrowed(block(value), 12),
      "/**\n * a\n * b\n *\n * one two\n * three\n * four\n */",
    );
  });

  it("keeps lists, tags, code and tables", () => {
    const value = [
      "*",
      " * - one two three",
      " * - four",
      " * @param five six seven eight",
      " * ```ts",
      " * const aLongName = 1;",
      " * ```",
      " * | a | long | table |",
      " ",
    ].join("\n");
    const expected = [
      "/**",
      " * - one two",
      " *   three",
      " * - four",
      " * @param five",
      " * six seven",
      " * eight",
      " * ```ts",
      " * const aLongName = 1;",
      " * ```",
      " * | a | long | table |",
      " */",
    ].join("\n");
    assertEquals(narrowed(block(value), 15), expected);
  });

  it("keeps code in backticks in one line, and begins none with a mark of a list", () => {
    assertEquals(
      narrowed(lines([" it is `a b c` - one"]), 13),
      "// it is\n// `a b c` -\n// one",
    );
  });

  it("that is no doc comment, of more lines than one, is left to people", () => {
    assertEquals(narrowed(block(" one two three "), 12), undefined);
  });
});
