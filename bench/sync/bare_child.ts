/** The other side of a game without this library. */

import { serveChannel } from "../lib/channel_child.ts";
import { ChannelSide, type Hold, play, throwBack, wordSide } from "./game.ts";

/** What a child is asked to do; anything else that comes is a ball. */
export type Order =
  | { kind: "words"; words: Int32Array; hold: Hold }
  | { kind: "back"; hold: Hold }
  | { kind: "play"; hold: Hold; count: number };

type Post = (message: unknown) => void;

function start(post: Post): (message: unknown) => void {
  const side = new ChannelSide(post);
  const follow = async (order: Order): Promise<void> => {
    const { hold } = order;
    if (order.kind === "play") post({ time: await play(side, hold, order.count) });
    else if (order.kind === "back") await throwBack(side, hold);
    else await throwBack(wordSide(order.words, 1, 0, hold.blocked), hold);
  };
  return (message) => {
    if (typeof message === "object") void follow(message as Order);
    else side.hear();
  };
}

serveChannel(start);
