// @runs-on bun: it mostly waits, and children start fastest on Bun

import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { WorkerLostError } from "../../mod.ts";
import { Replacements } from "../../src/pool/replacements.ts";
import { pause } from "../fixtures.ts";
import { noLeaks } from "../harness.ts";
import { until } from "../process/scratch.ts";

/** A pool that only counts: its workers die when the test says so. */
class CountingPool {
  started = 0;
  waits = true;
  busy = false;
  readonly replacements: Replacements;

  constructor(size = 1) {
    this.replacements = new Replacements({
      size,
      start: () => void this.started++,
      hasWaiting: () => this.waits,
      isBusy: () => this.busy,
    });
  }

  die(): WorkerLostError | undefined {
    const lost = { name: `W-${this.started}`, pid: 5, exitCode: -9, crash: undefined };
    return this.replacements.replaceLost(lost);
  }

  async untilStarted(count: number): Promise<void> {
    await until(() => this.started >= count, `${count} were started`);
    assertEquals(this.started, count);
  }

  /** Has one worker after the other die, until the pool gives up. */
  async dieAll(most = 100): Promise<WorkerLostError | undefined> {
    for (let deaths = 0; deaths < most; deaths++) {
      const before = this.started;
      const reason = this.die();
      if (reason !== undefined) return reason;
      await this.untilStarted(before + 1);
    }
    return undefined;
  }
}

describe("Replacements", () => {
  noLeaks();

  it("give up after some deaths in a row while tasks wait", async () => {
    const pool = new CountingPool();
    const reason = await pool.dieAll();
    assertInstanceOf(reason, WorkerLostError);
    assertMatch(reason.message, /: 7 in a row, the last of them W-6 \(pid 5\).* exit code -9$/);
    assertEquals([reason.exitCode, reason.pid, pool.started], [-9, 5, 6]);
  });

  it("come at once as long as no more died than the pool has, then one at a time", async () => {
    const pool = new CountingPool(4);
    for (let i = 0; i < 4; i++) assertEquals(pool.die(), undefined);
    assertEquals(pool.started, 4);
    for (let i = 0; i < 4; i++) assertEquals(pool.die(), undefined);
    assertEquals(pool.started, 4);
    await pool.untilStarted(5);
    await pool.untilStarted(6);
    pool.replacements.noteProgress();
    assertEquals(pool.started, 8);
    await pause(120);
    assertEquals(pool.started, 8);
  });

  it("count anew once a task was settled", async () => {
    const pool = new CountingPool();
    for (let round = 0; round < 3; round++) {
      assertEquals(await pool.dieAll(3), undefined);
      pool.replacements.noteProgress();
    }
    const reason = await pool.dieAll();
    assertMatch(reason!.message, /: 7 in a row/);
  });

  it("do not give up where no task waits, nor where a worker is busy", async () => {
    const pool = new CountingPool();
    pool.waits = false;
    assertEquals(await pool.dieAll(6), undefined);
    // All those deaths are no reason not to try for the first task that comes.
    assertEquals(pool.die(), undefined);
    const { started } = pool;
    pool.waits = true;
    pool.replacements.noteWaiting();
    assertEquals(pool.started, started + 1);
    assertEquals(await pool.dieAll(5), undefined);
    pool.busy = true;
    assertEquals(pool.die(), undefined);
    pool.busy = false;
    assertInstanceOf(pool.die(), WorkerLostError);
    pool.replacements.cancel();
  });

  it("that wait for a delay that began with tasks are not hurried by more of them", async () => {
    const pool = new CountingPool();
    assertEquals(await pool.dieAll(2), undefined);
    const { started } = pool;
    assertEquals(pool.die(), undefined);
    pool.replacements.noteWaiting();
    assertEquals(pool.started, started);
    pool.replacements.cancel();
    await pause(150);
    assertEquals(pool.started, started);
  });
});
