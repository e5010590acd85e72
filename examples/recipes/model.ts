/** Loads a model once in each worker, and not once for each task. */

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Pool, Value } from "@nproc/multiprocessing";

/** What a worker keeps between its tasks. In the main program it stays empty. */
let model: Map<string, string> | undefined;

export async function load(file: string, loads: Value): Promise<void> {
  model = new Map(Object.entries(JSON.parse(fs.readFileSync(file, "utf8"))));
  using _ = await loads.hold();
  loads.value++;
}

export function classify(word: string): string {
  return model?.get(word) ?? "unknown";
}

if (import.meta.main) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "model-"));
  const file = path.join(folder, "model.json");
  fs.writeFileSync(file, JSON.stringify({ apple: "fruit", carrot: "vegetable" }));

  const loads = new Value("i", 0);
  await using pool = new Pool({
    processes: 2,
    initializer: load,
    initArgs: [file, loads],
    initTimeout: 30_000, // a model that cannot be loaded fails here, and not for ever
  });
  const words = ["apple", "carrot", "stone", "apple", "apple", "carrot"];
  console.log((await pool.map(classify, words)).join(" "));
  console.log(loads.value <= 2 ? "loaded once in each worker" : "loaded too often");
  fs.rmSync(folder, { recursive: true });
}
