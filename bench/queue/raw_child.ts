/** The other side of a bare channel: it adds up what comes, or sends it back. */

import { serveChannel } from "../lib/channel_child.ts";
import { reader } from "./items.ts";
import type { Kind } from "./sizes.ts";

/** What a child is told first. Without a kind it sends back what comes. */
export interface Order {
  readonly kind?: Kind;
}

function start(post: (message: unknown) => void): (message: unknown) => void {
  let read: ((message: unknown) => number) | undefined;
  let sum = 0;
  let isFirst = true;
  return (message) => {
    if (isFirst) {
      const { kind } = message as Order;
      if (kind !== undefined) read = reader(kind);
      isFirst = false;
    } else if (read === undefined) post(message);
    else if (message === "end") {
      post(sum);
      sum = 0;
    } else sum += read(message);
  };
}

serveChannel(start);
