/** Another program, which reaches the manager of `nproc.ts` over TCP if it has the key. */

import process from "node:process";
import { AuthenticationError, type ManagedFactory, Manager } from "@nproc/multiprocessing";
import type { theBoard } from "./board.ts";

type Boards = Manager & { Board: ManagedFactory<typeof theBoard> };

const address = process.argv[2]!;
try {
  await Manager.connect(address, { authKey: "wrong" });
  throw new Error("A wrong key was taken");
} catch (error) {
  if (!(error instanceof AuthenticationError)) throw error;
}
const there = await Manager.connect(address, { authKey: "secret" }) as Boards;
await there.Board().pin("outside");
process.exit();
