/**
 * Gives a connection to a child that sends and ends, or to a daemon, and has nothing else to do
 * itself.
 */

import process from "node:process";
import { connect, getContext, type StartMethod } from "../../../mod.ts";
import { keepTelling, sendAndEnd } from "../socket_fixtures.ts";

if (import.meta.main) {
  const [address, method, to] = process.argv.slice(2);
  const { Event, Process } = getContext(method as StartMethod);
  const end = await connect(address!);
  if (to === "daemon") {
    using has = new Event();
    new Process({ target: keepTelling, args: [end, has], daemon: true }).start();
    await has.wait();
  } else {
    new Process({ target: sendAndEnd, args: [end, 20, 1_000_000] }).start();
  }
}
