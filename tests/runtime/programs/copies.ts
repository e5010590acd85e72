/**
 * Loads the package three times: as it is, once more, and as a version that arranges memory
 * otherwise.
 */

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

type Package = typeof import("../../../mod.ts");
type Memory = typeof import("../../../src/memory/arena.ts");

const root = new URL("../../../", import.meta.url);
const methods = ["worker", "process"] as const;

function copyTo(folder: string): URL {
  for (const name of ["mod.ts", "src"]) {
    fs.cpSync(fileURLToPath(new URL(name, root)), path.join(folder, name), { recursive: true });
  }
  return pathToFileURL(folder + path.sep);
}

/** Whether a package's memory is another's, as this child has both. */
const memoryOf = async (url: string): Promise<Memory> =>
  await import(new URL("src/memory/arena.ts", url).href);

async function main(folder: string): Promise<void> {
  const same = copyTo(path.join(folder, "same"));
  const other = copyTo(path.join(folder, "other"));
  const file = path.join(folder, "other/src/runtime/program_record.ts");
  const text = fs.readFileSync(file, "utf8");
  fs.writeFileSync(file, text.replace(/layoutVersion = \d+/, "layoutVersion = 1000"));

  const [a, b, c] = await Promise.all(
    [root, same, other].map((url): Promise<Package> => import(new URL("mod.ts", url).href)),
  ) as [Package, Package, Package];
  const [here, again, apart] = await Promise.all(
    [root, same, other].map((url) => memoryOf(url.href)),
  ) as [Memory, Memory, Memory];
  const areSame = (one: Memory, two: Memory): boolean[] =>
    methods.map((method) => one.arenaOf(method).buffer === two.arenaOf(method).buffer);

  const threads = [a, b, a, b, a, b].map(({ getContext }) => {
    const { Process } = getContext("worker");
    const target = () => new Promise((resolve) => setTimeout(resolve, 60_000));
    const thread = new Process({ target: target as never });
    thread.start();
    return thread;
  });
  const ids = new Set(threads.map(({ pid }) => pid));
  const [ofThreads, ofProcesses] = areSame(here, again);
  console.log(
    `same version: ${ofThreads && "one arena of threads"}, ${ofProcesses && "one of processes"}, ` +
      `${ids.size} ids of ${threads.length} threads`,
  );
  for (const thread of threads) await thread[Symbol.asyncDispose]();

  const [threadsToo, processesToo] = areSame(here, apart);
  console.log(
    `other version: an arena of its own ${!threadsToo && "of threads"}, ${
      !processesToo && "of processes"
    }`,
  );
  for (const method of methods) {
    await using pool = new (a.getContext(method).Pool)(1);
    const isApart = await pool.apply(
      async (one: string, two: string, of: "worker" | "process") => {
        const [mine, theirs] = await Promise.all(
          [one, two].map((url): Promise<Memory> => import(url + "src/memory/arena.ts")),
        );
        // What is written in the one is not in the other.
        const words = mine!.arenaOf(of).words;
        const word = words.length - 16;
        words[word] = 1;
        const isOther = theirs!.arenaOf(of).words[word] === 0;
        words[word] = 0;
        return isOther;
      },
      [root.href, other.href, method],
    );
    await using foreign = new (c.getContext(method).Pool)(1);
    const answer = await foreign.apply((x: number) => x + 1, [1]);
    const name = method === "worker" ? "thread" : method;
    console.log(`${name}: ${isApart && answer === 2 && "an arena of its own"}`);
  }
}

if (import.meta.main) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "nproc-copies-"));
  try {
    await main(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
