/** Charts of lines, one below the other, as a picture. */

/** A line, by its points. */
export interface Series {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A chart of lines that share their axes. */
export interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
}

const width = 800;
const panelHeight = 170;
const plot = { left: 70, right: 780, top: 30, bottom: 140 };
const colors = ["#0969da", "#bc4c00", "#1a7f37", "#8250df"];

const text = (content: string, x: number, y: number, more = ""): string =>
  `<text x="${x}" y="${y}" font-size="11" ${more}>${content}</text>`;

/** Draws the panels; `horizontal` is what the lines go along. */
export function lineChart(
  panels: readonly Panel[],
  { horizontal }: { readonly horizontal: string },
): string {
  const all = panels.flatMap(({ series }) => series);
  const end = Math.max(...all.flatMap(({ points }) => points.map(([x]) => x)));
  const legend = (panels[0]?.series ?? []).map(({ label }, i) =>
    text(label, 70 + (i % 2) * 360, 18 + 16 * Math.floor(i / 2), `fill="${colors[i]}"`)
  );
  const drawn = panels.map((panel, i) => drawPanel(panel, end, 40 + i * panelHeight));
  const height = 60 + panels.length * panelHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `font-family="sans-serif"><rect width="100%" height="100%" fill="#ffffff"/>` +
    [...legend, ...drawn, text(horizontal, 400, height - 8, `text-anchor="middle"`)].join("") +
    "</svg>\n";
}

function drawPanel({ title, series }: Panel, end: number, top: number): string {
  const most = 1.1 * Math.max(...series.flatMap(({ points }) => points.map(([, y]) => y)));
  const x = (value: number) => plot.left + (value / end) * (plot.right - plot.left);
  const y = (value: number) => top + plot.bottom - (value / most) * (plot.bottom - plot.top);
  const lines = series.map(({ points }, i) => {
    const path = points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(" ");
    return `<polyline points="${path}" fill="none" stroke="${colors[i]}" stroke-width="1.2"/>`;
  });
  const marks = [0, most / 2, most].map((value) =>
    text(value.toFixed(0), plot.left - 6, y(value) + 4, `text-anchor="end"`) +
    `<path d="M${plot.left} ${y(value).toFixed(1)}H${plot.right}" stroke="#d0d7de"/>`
  );
  const steps = [0, end / 2, end].map((value) =>
    text(value.toFixed(2), x(value), top + plot.bottom + 14, `text-anchor="middle"`)
  );
  return text(title, plot.left, top + 20, `font-weight="600"`) +
    [...marks, ...steps, ...lines].join("");
}
