/**
 * A client of the chat server: what is typed goes to the server of the port that is given, and what
 * comes back is printed. Without a port it has a server of its own, and a few words to say.
 */

import { stdin } from "node:process";
import { createInterface } from "node:readline";
import { print, setUp } from "../_lib.ts";
import { chat } from "./_chat.ts";
import { ChatServer } from "./chat_server.ts";

if (import.meta.main) {
  const [port] = setUp();
  if (port !== undefined) {
    for await (const reply of chat(Number(port), createInterface(stdin))) print(reply);
  } else {
    await using server = await ChatServer.listen();
    for await (const reply of chat(server.port, ["hello", "  ", "你好, world"])) print(reply);
  }
}
