import { Pool, type PoolOptions, setStartMethod, type StartMethod } from "../../mod.ts";

/** A pool whose workers are started in the given way. */
export function makePool(method: StartMethod, options: number | PoolOptions = 2): Pool {
  setStartMethod(method, { force: true });
  return new Pool(options);
}
