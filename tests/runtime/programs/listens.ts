/**
 * Listens at an address of its own until it was seen what others have left, and then ends, or is
 * killed.
 */

import process from "node:process";
import { connect, Listener } from "../../../mod.ts";

using listener = new Listener({ authKey: "key" });
const accepted = listener.accept();
using _here = await connect(await listener.address, { authKey: "key" });
using _there = await accepted;
console.log("listens");
if (process.argv[2] === "die") process.kill(process.pid, "SIGKILL");
await new Promise((resolve) => setTimeout(resolve, 200));
