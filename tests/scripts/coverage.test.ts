// @runs-on one: it asks nothing of a runtime

import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { Coverage, ranges, type ScriptCoverage } from "../../scripts/lib/coverage.ts";

const text = `// A comment.
function f(x) {
  if (x) {
    // Why.
    return g();
  }
  return 2;
}

function g() {}
f(0);
`;

/** What V8 tells where these parts of the text were run so many times, the outer ones first. */
function told(...parts: [part: string, count: number][]): ScriptCoverage {
  const functions = parts.map(([part, count]) => {
    const startOffset = text.indexOf(part);
    return { ranges: [{ startOffset, endOffset: startOffset + part.length, count }] };
  });
  return { url: "file:///f.js", functions };
}

const f = text.slice(text.indexOf("function f"), text.indexOf("\nfunction g"));
const block = text.slice(text.indexOf("{\n    //"), text.indexOf("\n  return 2"));
const g = "function g() {}";

describe("the coverage of a file", () => {
  it("counts lines with code, and names those that have something that was not run", () => {
    const coverage = new Coverage(text);
    coverage.add(told([text, 1], [f, 1], [block, 0], [g, 0]));
    assertEquals(coverage.result, { lines: 6, missed: [3, 5, 10] });
  });

  it("is what any process has run", () => {
    const coverage = new Coverage(text);
    coverage.add(told([text, 1], [f, 1], [block, 0], [g, 0]));
    coverage.add(told([text, 1], [f, 0], [g, 1]));
    assertEquals(coverage.result.missed, [3, 5]);
    coverage.add(told([text, 1], [f, 2], [block, 1], [g, 1]));
    assertEquals(coverage.result.missed, []);
  });

  it("is nothing where nobody has told of it", () => {
    assertEquals(new Coverage(text).result.missed, [2, 3, 5, 7, 10, 11]);
  });
});

describe("ranges", () => {
  it("join neighbours", () => {
    assertEquals(ranges([1, 2, 3, 5, 8, 9]), "1-3, 5, 8-9");
    assertEquals(ranges([]), "");
  });
});
