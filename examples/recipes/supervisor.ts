/** A supervisor: it starts a process again that has failed, each time after a longer pause. */

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Process, Value } from "@nproc/multiprocessing";

/** Fails twice, and then does what it should. */
export async function service(starts: Value): Promise<void> {
  using _ = await starts.hold();
  starts.value++;
  if (starts.value < 3) process.exit(7);
}

/** Runs a process until it ends with exit code 0, or has failed too often. */
async function supervise(start: () => Process): Promise<void> {
  for (let failures = 0; failures < 5; failures++) {
    const child = start();
    await child.join();
    console.log(`${child.name} ended with exit code ${child.exitCode}`);
    if (child.exitCode === 0) return;
    await sleep(100 * 2 ** failures);
  }
  throw new Error("Cannot keep the service running");
}

if (import.meta.main) {
  const starts = new Value("i", 0);
  await supervise(() => {
    const child = new Process({ target: service, args: [starts], name: "service", daemon: true });
    child.start();
    return child;
  });
  console.log(`${starts.value} starts`);
}
