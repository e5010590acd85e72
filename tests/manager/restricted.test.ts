/**
 * What a child of fewer permissions can do with proxies, and cannot do to the server that they lead
 * to.
 */

import fs from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AuthenticationError,
  connect,
  getContext,
  Listener,
  Manager,
  type Pool,
  type StartMethod,
} from "../../mod.ts";
import { lesserKeyOf } from "../../src/channel/authentication.ts";
import { forEachMethod, noLeaks, runtime } from "../harness.ts";
import { Folder } from "../process/scratch.ts";
import * as f from "./restricted_fixtures.ts";

const ignore = runtime !== "deno";

/** What it takes to reach the server's socket. */
const permissions = { read: true, write: true, net: true, env: true };
const restrictedPool = (): Pool => new (getContext("process").Pool)({ processes: 1, permissions });

const code =
  "globalThis.escaped=[...(globalThis.escaped??[]),import.meta.url];export class Foreign{}";

/** A module that the child could have written. */
class Module extends Folder {
  readonly url: string;

  constructor() {
    super();
    fs.writeFileSync(this.file("module.mjs"), code);
    this.url = pathToFileURL(this.file("module.mjs")).href;
  }
}

const managerOf = (method: StartMethod): Manager => new (getContext(method).Manager)();

if (!ignore) {
  forEachMethod("A child of fewer permissions that has a proxy", (method) => {
    it("has no module imported by the manager's server, nor by whoever reads what it left", async () => {
      using module = new Module();
      await using manager = managerOf(method);
      const probe = manager.register("Probe", f.Probe)();
      const dict = manager.dict<string, unknown>();
      await using pool = restrictedPool();
      const urls = [module.url, `data:text/javascript,${code}`];
      const answers = await pool.apply(f.namesModules, [dict, urls]);
      assertEquals(answers.length, 6);
      for (const answer of answers) assert(answer.includes("fewer permissions"), answer);
      const again = await pool.apply(f.connectsAgain, [dict, module.url]);
      assertEquals(again[0], "1");
      for (const answer of again.slice(1)) assert(answer.includes("permissions"), answer);
      assertEquals(await dict.size(), 0);
      assertEquals(await probe.escaped(), []);
    });

    it("has no function run by a managed pool", async () => {
      await using manager = managerOf(method);
      const managed = manager.Pool(1);
      await using pool = restrictedPool();
      for (const answer of await pool.apply(f.usesPool, [managed])) {
        assert(answer.includes("Cannot use a Pool of the manager"), answer);
      }
      assertEquals(await managed.apply((x: number) => x, [1]), 1);
    });

    it("has no function called by the server, as those that are loaded there", async () => {
      await using manager = managerOf(method);
      const probe = manager.register("Probe", f.Probe)();
      const list = manager.list(["item"]);
      await using pool = restrictedPool();
      for (
        const answer of await pool.apply(f.callsFunctions, [list, manager.dict<string, unknown>()])
      ) {
        assert(answer.includes("fewer permissions may not send a manager"), answer);
      }
      assertEquals(await probe.escaped(), []);
      await list.sort({ key: f.runHere });
      assertEquals(await probe.escaped(), ["called with item"]);
    });

    it("uses it as others do, and sends proxies home", async () => {
      await using manager = managerOf(method);
      const dict = manager.dict<string, unknown>([["n", 1], ["list", manager.list([5])]]);
      const lock = manager.Lock();
      await using pool = restrictedPool();
      for (const n of [2, 3]) {
        const list = await pool.apply(f.works, [dict, lock]);
        assertEquals(await list.copy(), [5]);
        assertEquals(await dict.get("n"), n);
      }
      assertEquals(await lock.acquire({ timeout: 10_000 }), true);
    });

    it("is told a key that is not the manager's, and of which that does not follow", async () => {
      const authKey = "sesame";
      await using manager = new (getContext(method).Manager)({ address: "127.0.0.1:0", authKey });
      const dict = manager.dict<string, unknown>();
      await manager.address;
      await using pool = restrictedPool();
      assertEquals(await pool.apply(f.keyOf, [dict]), lesserKeyOf(authKey));
      await using remote = await Manager.connect(await manager.address, { authKey });
      // Of a manager that this program has connected to itself, too.
      assertEquals(
        await pool.apply(f.keyOf, [remote.dict<string, unknown>()]),
        lesserKeyOf(authKey),
      );
    });
  });
}

describe("The key for children of fewer permissions", () => {
  noLeaks();

  it("is none for a listener that is no manager's", async () => {
    using listener = new Listener({ address: "127.0.0.1:0", authKey: "sesame" });
    const address = await listener.address;
    const authKey = lesserKeyOf("sesame");
    await assertRejects(() => connect(address, { authKey }), AuthenticationError);
  });

  it("does not open a manager for who knows nothing, and does as what it is for who knows it", async () => {
    await using manager = new Manager({ address: "127.0.0.1:0", authKey: "sesame" });
    const address = await manager.address;
    for (const authKey of ["other", lesserKeyOf("other"), lesserKeyOf(lesserKeyOf("sesame"))]) {
      await assertRejects(() => Manager.connect(address, { authKey }), AuthenticationError);
    }
    await using there = await Manager.connect(address, { authKey: lesserKeyOf("sesame") });
    const list = there.list([1]);
    assertEquals(await list.copy(), [1]);
    await assertRejects(() => there.Pool(1).apply((x: number) => x, [1]), Error, "permissions");
  });
});
