/** What of queues and pipes is compared with what. */

import type { Area, Baseline, Comparison } from "../lib/comparison.ts";
import type { Kind } from "./sizes.ts";

const bare: Baseline = { name: "bare messages", beside: "raw" };
const peer: Baseline = { name: "multithreading", isPeer: true };
const copy: Baseline = { name: "copied twice in memory", beside: "copy to new" };
const python = (way: string): Baseline => ({
  name: `Python's \`${way}\``,
  python: `python ${way}`,
});

const titles: Readonly<Record<string, string>> = {
  "Queue": "`Queue`",
  "Queue sync": "`Queue`, `putSync` and `getSync`",
  "SimpleQueue": "`SimpleQueue`",
  "Pipe": "`Pipe`",
};

/** Messages a second, against several. */
function messages(
  kind: Kind,
  way: string,
  baselines: readonly Baseline[],
  more: Partial<Comparison> = {},
  pairs: 1 | 2 = 1,
): Comparison[] {
  return baselines.map((baseline, i) => ({
    title: `${kind}, ${pairs === 2 ? "2 to 2, " : ""}${titles[way]}`,
    scenario: `${kind}, ${pairs} to ${pairs}`,
    ours: way,
    unit: "messages/s",
    baseline,
    ...(i === 0 ? more : {}),
  }));
}

function trips(way: string, baselines: readonly Baseline[], more: Partial<Comparison> = {}) {
  return baselines.map((baseline, i): Comparison => ({
    title: `round trip, ${titles[way]}`,
    scenario: "round trip",
    ours: way,
    unit: "us",
    baseline,
    ...(i === 0 ? more : {}),
  }));
}

const queue = python("Queue");
const pipe = python("Pipe");
const shown = { isInChart: true } as const;

/** What of queues and pipes is compared with what. */
export const area: Area = {
  title: "Queue and Pipe",
  about:
    "Messages from one child to another (and from two to two): an integer, an object of four " +
    "fields, 1 KB and 1 MB of bytes; and an integer that goes to another child and comes back.",
  comparisons: [
    ...messages("integer", "Queue", [queue, bare, peer], {
      ...shown,
      readme: "integers through a `Queue`",
    }),
    ...messages("integer", "Queue sync", [queue], shown),
    ...messages("integer", "SimpleQueue", [python("SimpleQueue")]),
    ...messages("integer", "Pipe", [pipe], shown),
    ...messages("integer", "Queue", [queue], {}, 2),
    ...messages("object", "Queue", [queue, bare, peer], shown),
    ...messages("object", "Queue sync", [queue]),
    ...messages("object", "Pipe", [pipe]),
    ...messages("1 KB", "Queue", [queue, bare], shown),
    ...messages("1 KB", "Pipe", [pipe]),
    ...messages("1 MB", "Queue", [queue, bare, copy], {
      ...shown,
      readme: "1 MB through a `Queue`",
    }),
    ...messages("1 MB", "Pipe", [pipe]),
    ...trips("Queue", [queue, bare], shown),
    ...trips("Queue sync", [queue]),
    ...trips("Pipe", [pipe]),
  ],
  limits: [
    "A round trip is a matter of who has a processor: who waits looks for a tenth of a millisecond " +
    "before it sleeps, in vain where the other waits for a core.",
    "Bare messages between threads are sent without waiting for anybody; what piles up meanwhile " +
    "takes memory, and that is not measured.",
    "`multithreading` has threads only, and carries what JSON can say: its number stands beside both " +
    "start methods.",
  ],
};
