/** How long a program lives that has a manager: what it does with it is its second argument. */

import process from "node:process";
import { Manager, setStartMethod, type StartMethod } from "../../../mod.ts";

if (import.meta.main) {
  const [, , method, what] = process.argv;
  setStartMethod(method as StartMethod);
  const authKey = "key";
  const manager = new Manager({ authKey });
  const value = what === "unused" ? undefined : manager.Value("i", 1);
  switch (what) {
    case "assigned":
      value!.value = 2;
      break;
    case "connected": {
      const there = await Manager.connect(await manager.address, { authKey });
      console.log(await there.list([1, 2]).length());
      break;
    }
    case "disconnected": {
      const there = await Manager.connect(await manager.address, { authKey });
      const waits = there.Event().wait();
      await there.list([1, 2]).length();
      there[Symbol.dispose]();
      await waits.catch((error) => console.log(error.name));
      break;
    }
    case "awaited":
      // Nothing else keeps it alive.
      void manager.Event().wait({ timeout: 300 }).then((isSet) => console.log(isSet));
      break;
    case "exit":
      await value!.value;
      process.exit(6);
  }
  console.log("main has ended");
}
