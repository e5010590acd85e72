/** Serves a manager at an address with a key, says where, and ends when its input says so. */

import process from "node:process";
import { Manager, setStartMethod, type StartMethod } from "../../../mod.ts";
import { Point } from "./remote_class.ts";

export class Tally {
  #points: Point[] = [];
  add(point: Point): number {
    if (!(point instanceof Point)) throw new TypeError("expected a Point");
    return this.#points.push(point);
  }
  last(): Point | undefined {
    return this.#points.at(-1);
  }
}

if (import.meta.main) {
  const [, , address, authKey, method] = process.argv;
  setStartMethod(method as StartMethod);
  const manager = new Manager({ address, authKey });
  manager.register("Tally", Tally);
  console.log(await manager.address);
  for await (const text of process.stdin.setEncoding("utf8")) {
    if (String(text).includes("count")) console.log(await manager.numberOfObjects());
    else break;
  }
  await manager.shutdown();
  process.exit();
}
