/** Gives a connection to a child that sends and ends, and has nothing else to do itself. */

import process from "node:process";
import { connect, getContext, type StartMethod } from "../../../mod.ts";
import { sendAndEnd } from "../socket_fixtures.ts";

if (import.meta.main) {
  const [address, method] = process.argv.slice(2);
  const { Process } = getContext(method as StartMethod);
  const end = await connect(address!);
  new Process({ target: sendAndEnd, args: [end, 20, 1_000_000] }).start();
}
