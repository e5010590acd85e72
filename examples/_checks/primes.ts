import assert from "node:assert/strict";
import { type Checks, groups } from "../_check.ts";

export const checks: Checks = {
  primes({ lines }) {
    assert.equal(lines.length, 4);
    assert.equal(lines[0], "1270607 primes below 20000000");
    const [pool, cores] = groups(lines[1], /^([\d.]+) s on (\d+) cores with a pool$/);
    const [alone] = groups(lines[2], /^([\d.]+) s on one core without$/);
    const [times] = groups(lines[3], /^([\d.]+) times as fast$/);
    assert.ok(Number(cores) >= 1);
    // How much faster depends on what else the machine does.
    assert.ok(Math.abs(Number(times) - Number(alone) / Number(pool)) < 0.1);
  },
};
