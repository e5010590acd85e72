/** Texts in Markdown. */

import { spawnSync } from "node:child_process";
import process from "node:process";
import { root } from "../../scripts/toolchain.mjs";

/**
 * A table; what its first column holds is to the left, and so is all that has `left` at its place.
 */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  left = 1,
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const marks = head.map((_, column) => column < left ? "---" : "---:");
  return [head, marks, ...rows].map(line).join("\n");
}

/** Formats a text as the repository's other documents are. */
export function formatMarkdown(text: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["fmt", "--ext", "md", "-"], {
    cwd: root,
    input: text,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`Cannot format the results: ${stderr}`);
  return stdout;
}
