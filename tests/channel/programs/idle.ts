/** Holds a listener and connections that nobody waits for: that keeps no program alive. */

import { connect, Listener } from "../../../mod.ts";

const listener = new Listener({ authKey: "key" });
const address = await listener.address;
const accepted = listener.accept();
const here = await connect(address, { authKey: "key" });
const there = await accepted;
await here.send("unread");
// Nobody accepts this one.
const waiting = await connect(address, { authKey: "key" });
// So that none of them is collected before the end.
Object.assign(globalThis, { kept: [listener, here, there, waiting] });
console.log(address);
