// @runs-on one: many rounds take long

/**
 * Valid messages of every kind, damaged in every way, against the decoder, a listener and a
 * manager's server: each is read, or refused by an error, within some memory and time, and honest
 * peers are served all the while. `FUZZ_SECONDS` says for how long each of its tests goes on,
 * `FUZZ_SEED` repeats a run.
 */

import { createSecretKey } from "node:crypto";
import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals } from "@std/assert";
import { connect, type Connection, Listener, Manager, task } from "../../mod.ts";
import { framed } from "../../src/channel/frames.ts";
import { Decoder } from "../../src/codec/decoder.ts";
import { Encoder } from "../../src/codec/encoder.ts";
import type { Origin } from "../../src/code/origin.ts";
import { ModuleNeeded } from "../../src/code/module_needed.ts";
import { operation } from "../../src/manager/protocol/messages.ts";
import { greeting, proveKey, Stranger } from "../channel/sockets.ts";
import { noLeaks } from "../harness.ts";
import { Random } from "./random.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const seconds = Number(process.env["FUZZ_SECONDS"] ?? 5);
const replay = `FUZZ_SEED=${seed}`;

export const named: (n: number) => number = task(import.meta, (n: number) => n);

class Wrong extends RangeError {}

/** A value of every kind that a message of another program can hold. */
function values(random: Random): unknown[] {
  const bytes = new Uint8Array(random.int(0, 200)).map(() => random.int(0, 255));
  const shared = { deep: [[[{}]]], bytes };
  return [
    random.int(-(2 ** 40), 2 ** 40),
    random.next(),
    "x".repeat(random.int(0, 100)) + "é\ud800",
    [1n << 70n, -5n, null, undefined, true, -0, NaN],
    Array.from({ length: random.int(0, 50) }, (_, i) => i * 1.5),
    Object.assign([1, , 3], { named: 1 }),
    Object.fromEntries(Array.from({ length: random.int(0, 300) }, (_, i) => [`k${i}`, i])),
    [shared, shared, { again: shared }],
    new Map<unknown, unknown>([[1, new Set([2, "3"])], [{}, []]]),
    new Date(5),
    /a+/giu,
    [Object(1), Object("s"), Object(2n)],
    [bytes, bytes.buffer, new DataView(bytes.buffer), new Float64Array(3), bytes.subarray(1)],
    new ArrayBuffer(8, { maxByteLength: 64 }),
    new Wrong("message", { cause: new AggregateError([new TypeError("t")], "a") }),
    named,
    createSecretKey(Uint8Array.of(1, 2, 3)),
  ];
}

/** Damages bytes, in one to four places. */
function damaged(random: Random, whole: Uint8Array): Uint8Array {
  let bytes = [...whole];
  for (let times = random.int(1, 4); times > 0; times--) {
    const at = random.int(0, bytes.length);
    const odd = [0, 1, 21, 22, 36, 127, 128, 255, random.int(0, 255)];
    switch (random.int(0, 5)) {
      case 0:
        bytes[Math.min(at, bytes.length - 1)] = random.pick(odd);
        break;
      case 1:
        bytes = bytes.slice(0, at);
        break;
      case 2:
        bytes.splice(at, random.int(1, 8));
        break;
      case 3:
        bytes.splice(at, 0, ...Array.from({ length: random.int(1, 9) }, () => random.pick(odd)));
        break;
      case 4:
        bytes.splice(at, 0, ...bytes.slice(random.int(0, bytes.length)).slice(0, 50));
        break;
      default:
        // What tells a length tells a long one.
        bytes.splice(at, 1, 255, 255, 255, 255, 15);
    }
  }
  return Uint8Array.from(bytes);
}

function encoded(value: unknown): Uint8Array {
  const encoder = new Encoder();
  encoder.writeUint(0);
  encoder.write(value, "value");
  return encoder.copy(0);
}

/** Calls `round` until the time is over. */
async function fuzz(round: (random: Random) => void | Promise<void>): Promise<void> {
  const random = new Random(seed);
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) await round(random);
}

/**
 * A round that takes longer is one that an attacker would have others wait by; no honest one takes
 * a hundredth.
 */
const longestRound = 5_000;
/** And more memory, in bytes, than any message here has by far. */
const mostMemory = 300e6;

describe("Damaged messages", () => {
  noLeaks();

  it("are read or refused by a decoder, whoever wrote them", async () => {
    await fuzz((random) => {
      const message = damaged(random, encoded(random.pick(values(random))));
      for (const origin of ["stranger", "proven", "restricted"] satisfies Origin[]) {
        const before = process.memoryUsage.rss();
        const begun = performance.now();
        const decoder = new Decoder(message, [], origin);
        try {
          decoder.readUint();
          decoder.read();
        } catch (error) {
          assert(error instanceof Error || error instanceof ModuleNeeded, replay);
        }
        assert(performance.now() - begun < longestRound, `${replay}: ${message}`);
        assert(process.memoryUsage.rss() - before < mostMemory, `${replay}: ${message}`);
      }
    });
  });

  it("leave a listener serving others", async () => {
    using listener = new Listener({ address: "127.0.0.1:0", limits: { messageSize: 1e6 } });
    const address = await listener.address;
    const echo = async (there: Connection): Promise<void> => {
      try {
        for await (const value of there) await there.send(value);
      } catch (error) {
        assert(error instanceof Error, replay);
      } finally {
        there.close();
      }
    };
    const serve = async (): Promise<void> => {
      for (;;) {
        const there = await listener.accept().catch(() => undefined);
        if (there === undefined) return;
        void echo(there);
      }
    };
    const serving = serve();
    await fuzz(async (random) => {
      using stranger = new Stranger(address);
      await stranger.say(greeting(false));
      for (let i = 0; i < 20; i++) {
        const message = damaged(random, encoded(random.pick(values(random))));
        const frame = framed(message);
        await stranger.say(random.chance(0.05) ? damaged(random, frame) : frame);
      }
      using honest = await connect(address);
      await honest.send("served");
      assertEquals(await honest.recv({ timeout: 10_000 }), "served", replay);
    });
    listener.close();
    await serving;
  });

  it("leave a manager's server serving others", async () => {
    const authKey = "key";
    await using manager = new Manager({ address: "127.0.0.1:0", authKey });
    const list = manager.list([1]);
    const address = await manager.address;
    await fuzz(async (random) => {
      using stranger = new Stranger(address);
      const frame = await proveKey(stranger, authKey);
      for (let i = 0; i < 20; i++) {
        const encoder = new Encoder();
        encoder.writeUint(7);
        encoder.writeUint(random.pick(Object.values(operation)));
        for (let n = random.int(0, 3); n > 0; n--) encoder.writeUint(random.int(0, 6));
        encoder.write(
          random.pick(["list", "get", "append", "Queue", "dict", "introduce"]),
          "value",
        );
        const begin = encoder.beginSized();
        encoder.write([random.pick(values(random))], "args");
        encoder.endSized(begin);
        const whole = encoder.copy(0);
        await stranger.say(frame(random.chance(0.3) ? whole : damaged(random, whole)));
      }
      assertEquals(await list.length(), 1, replay);
    });
  });
});
