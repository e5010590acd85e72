/** Writes what was measured: `bench/RESULTS.md`, the charts, and the table of the README. */

import fs from "node:fs";
import path from "node:path";
import { root } from "../../scripts/toolchain.mjs";
import { type BarGroup, chart } from "./chart.ts";
import { ratioOf } from "./comparison.ts";
import { formatMarkdown } from "./markdown.ts";
import { nameOf } from "./place_names.ts";
import { readmeBlock, withBlock } from "./readme.ts";
import { type MeasuredArea, results } from "./results.ts";
import { Rows } from "./rows.ts";

const folder = path.join(root, "bench");

function groupsOf({ area, measurement }: MeasuredArea): BarGroup[] {
  const rows = new Rows(measurement.rows);
  return area.comparisons.filter(({ isInChart }) => isInChart).map((comparison) => ({
    // A chart is no Markdown.
    title: `${comparison.title}, against ${comparison.baseline.name}`.replaceAll("`", ""),
    bars: rows.runtimes().map((on) => ({
      label: nameOf(on),
      ratios: {
        worker: ratioOf(rows, comparison, { on, method: "worker" }),
        process: ratioOf(rows, comparison, { on, method: "process" }),
      },
    })),
  }));
}

/** Writes all files. What was changed is told. */
export function render(areas: readonly MeasuredArea[]): void {
  fs.mkdirSync(path.join(folder, "charts"), { recursive: true });
  for (const measured of areas) {
    const title = `${measured.area.title}: how many times as fast as the baseline`;
    const file = path.join(folder, "charts", `${measured.suite}.svg`);
    fs.writeFileSync(file, chart(title, groupsOf(measured)));
  }
  fs.writeFileSync(path.join(folder, "RESULTS.md"), formatMarkdown(results(areas)));
  const file = path.join(root, "README.md");
  const filled = withBlock(fs.readFileSync(file, "utf8"), formatMarkdown(readmeBlock(areas)));
  if (filled !== undefined) fs.writeFileSync(file, filled);
  console.error(
    `Written: bench/RESULTS.md, bench/charts/${
      filled === undefined ? "; README.md has no block for the table" : ", the table in README.md"
    }`,
  );
}
