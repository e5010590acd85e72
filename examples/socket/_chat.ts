/** What a client of the chat server does. */

import { connect } from "node:net";

/** Sends messages to the server, each after the reply to the one before, and gives the replies. */
export async function* chat(
  port: number,
  messages: Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<string> {
  const client = connect(port, "127.0.0.1").setEncoding("utf8");
  try {
    const replies = client[Symbol.asyncIterator]();
    for await (const line of messages) {
      const msg = line.trim();
      if (msg === "") continue;
      client.write(msg);
      const reply = await replies.next();
      if (reply.done) return;
      yield reply.value;
    }
  } finally {
    client.destroy();
  }
}
