/** A chart of ratios: bars from the baseline to the right are faster, those to the left slower. */

import type { Method } from "./row.ts";
import { figure } from "./table.ts";

/** A bar; `NaN` is shown as one that is missing. */
export interface Bar {
  readonly label: string;
  readonly ratios: Readonly<Record<Method, number>>;
}

/** Bars that share a baseline. */
export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const width = 800;
const plot = { left: 120, right: 740, top: 86 };
const heights = { title: 24, bar: 8, pitch: 10, row: 25, gap: 12, foot: 30 };
const colors: Readonly<Record<Method, string>> = { worker: "#0969da", process: "#bc4c00" };
const ticks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** Keeps a text readable where a line crosses it. */
const halo = ` stroke="#ffffff" stroke-width="3" paint-order="stroke"`;
/** More digits than two are not seen in a bar. */
const times = (ratio: number): string => `${figure(Number(ratio.toPrecision(2)))}×`;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function text(
  content: string,
  { x, y, size = 11, anchor = "start", weight = 400, color = "#1f2328" }: {
    readonly x: number;
    readonly y: number;
    readonly size?: number;
    readonly anchor?: "start" | "middle" | "end";
    readonly weight?: 400 | 600;
    readonly color?: string;
  },
): string {
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" ` +
    `text-anchor="${anchor}" fill="${color}"${halo}>${escaped(content)}</text>`;
}

/** Where a ratio is: equal factors are equal distances. */
type Scale = (ratio: number) => number;

/** A scale of the ticks that hold all ratios, the baseline among them. */
function scaleOf(ratios: readonly number[]): { at: Scale; shown: readonly number[] } {
  const known = ratios.filter((ratio) => Number.isFinite(ratio) && ratio > 0);
  const [low, high] = [Math.min(0.5, ...known), Math.max(2, ...known)];
  const shown = ticks.filter((_, i) =>
    (ticks[i + 1] ?? Infinity) > low && (ticks[i - 1] ?? 0) < high
  );
  const [first, last] = [Math.log(shown[0]!), Math.log(shown.at(-1)!)];
  const at: Scale = (ratio) => {
    const part = (Math.log(ratio) - first) / (last - first);
    return Number((plot.left + part * (plot.right - plot.left)).toFixed(1));
  };
  return { at, shown };
}

function rectangle(x: number, y: number, length: number, height: number, color: string): string {
  return `<rect x="${x}" y="${y}" width="${length}" height="${height}" fill="${color}"/>`;
}

function drawBar(ratio: number, y: number, color: string, at: Scale): string[] {
  const base = at(1);
  const middle = y + heights.bar - 1;
  const grey = "#59636e";
  if (!(Number.isFinite(ratio) && ratio > 0)) {
    return [text("not measured", { x: base + 4, y: middle, size: 9, color: grey })];
  }
  const end = at(ratio);
  const length = Number(Math.max(1, Math.abs(end - base)).toFixed(1));
  return [
    rectangle(Math.min(base, end), y, length, heights.bar, color),
    ratio >= 1
      ? text(times(ratio), { x: end + 4, y: middle, size: 9 })
      : text(times(ratio), { x: end - 4, y: middle, size: 9, anchor: "end" }),
  ];
}

function drawGroup({ title, bars }: BarGroup, top: number, at: Scale): string[] {
  return [
    text(title, { x: 16, y: top + 14, size: 12, weight: 600 }),
    ...bars.flatMap(({ label, ratios }, i) => {
      const y = top + heights.title + i * heights.row;
      return [
        text(label, { x: 16, y: y + heights.bar + 5 }),
        ...drawBar(ratios.worker, y, colors.worker, at),
        ...drawBar(ratios.process, y + heights.pitch, colors.process, at),
      ];
    }),
  ];
}

function drawGrid(at: Scale, shown: readonly number[], bottom: number): string[] {
  return shown.flatMap((tick) => {
    const isBaseline = tick === 1;
    const x = at(tick);
    const line = `<line x1="${x}" x2="${x}" y1="${plot.top}" y2="${bottom}" ` +
      `stroke="${isBaseline ? "#1f2328" : "#d1d9e0"}" stroke-width="${isBaseline ? 1.5 : 1}"/>`;
    const label = isBaseline ? "baseline" : `${tick}×`;
    const weight = isBaseline ? 600 : 400;
    return [
      line,
      ...[plot.top - 6, bottom + 14].map((y) => text(label, { x, y, anchor: "middle", weight })),
    ];
  });
}

function drawLegend(): string[] {
  const y = 46;
  return (["worker", "process"] as const).flatMap((method, i) => [
    rectangle(16 + 90 * i, y, 10, 10, colors[method]),
    text(method, { x: 31 + 90 * i, y: y + 9 }),
  ]).concat(text("to the right of the baseline is faster; the scale is logarithmic", {
    x: 205,
    y: y + 9,
    color: "#59636e",
  }));
}

/** A chart as SVG, on a background of its own: it is read on light and dark pages. */
export function chart(title: string, groups: readonly BarGroup[]): string {
  const { at, shown } = scaleOf(
    groups.flatMap(({ bars }) => bars.flatMap(({ ratios }) => [ratios.worker, ratios.process])),
  );
  const tops: number[] = [];
  let bottom = plot.top + 4;
  for (const { bars } of groups) {
    tops.push(bottom);
    bottom += heights.title + bars.length * heights.row + heights.gap;
  }
  const height = bottom + heights.foot;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img" ` +
    `font-family="Helvetica, Arial, DejaVu Sans, sans-serif">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="6" fill="#ffffff"/>`,
    text(title, { x: 16, y: 28, size: 16, weight: 600 }),
    ...drawLegend(),
    ...drawGrid(at, shown, bottom),
    ...groups.flatMap((group, i) => drawGroup(group, tops[i]!, at)),
    "</svg>\n",
  ].join("\n");
}
