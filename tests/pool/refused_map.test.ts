// @runs-on bun: it mostly waits, and children start fastest on Bun

/**
 * Maps that are refused: what their first items carried is released, and the path names the item.
 */

import { it } from "@std/testing/bdd";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  connect,
  type Connection,
  EOFError,
  getContext,
  Listener,
  type StartMethod,
} from "../../mod.ts";
import { makeExecutor } from "../futures/make_executor.ts";
import { forEachMethod } from "../harness.ts";
import { until } from "../manager/stage.ts";
import { assertRefused } from "../others.ts";
import * as f from "./fixtures.ts";
import { makePool } from "./make_pool.ts";

/** Only to fail with a name. */
const long = 20_000;

const noFunction = () => 1;

/** Items of which the last is refused, behind so many that carry an end of a pipe. */
const refusedBehind = (end: Connection, count: number): unknown[] => [
  ...Array.from({ length: count }, () => end),
  noFunction,
];

async function* later<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await item;
}

/** The other end of a pipe sees the end of it: nothing that was sent to nobody holds this one. */
async function assertReleased(
  method: StartMethod,
  refuse: (end: Connection) => Promise<unknown>,
): Promise<void> {
  const [mine, theirs] = getContext(method).Pipe();
  await refuse(theirs);
  theirs.close();
  await assertRejects(() => mine.recv({ timeout: long }), EOFError);
  mine.close();
}

forEachMethod("A map that is refused half-way", (method) => {
  it("releases what its first items carried", async () => {
    await using pool = makePool(method, 1);
    for (const chunkSize of [1, 2, 5]) {
      const options = { chunkSize };
      const path = "args[3] is a function that no module exports";
      await assertReleased(method, async (end) => {
        await assertRefused(() => pool.map(f.identity, refusedBehind(end, 3), options), path);
      });
      await assertReleased(method, async (end) => {
        const input = later(refusedBehind(end, 3));
        await assertRefused(() => pool.map(f.identity, input, options), path);
      });
      await assertReleased(method, async (end) => {
        const rows = refusedBehind(end, 3).map((item): [unknown] => [item]);
        const starmap = () => pool.starmap(f.identity, rows, options);
        await assertRefused(starmap, "args[3][0] is a function that no module exports");
      });
    }
    await using executor = makeExecutor(method, { maxWorkers: 1 });
    await assertReleased(method, (end) => {
      const error = assertThrows(() => executor.map(f.identity, refusedBehind(end, 3)));
      assertEquals((error as Error).message, "args[3] is a function that no module exports");
      return Promise.resolve();
    });
    assertEquals(await pool.map(f.square, [1, 2]), [1, 4]);
  });

  it("leaves its neighbours of the same turn alone", async () => {
    await using pool = makePool(method, 1);
    const [mine, theirs] = getContext(method).Pipe();
    const before = pool.applyAsync(f.square, [2]);
    const carrying = pool.applyAsync(f.listArguments, [theirs, 1]);
    const behind = pool.applyAsync(f.square, [3]);
    const items = [1, theirs, 2, noFunction];
    assertThrows(() => pool.mapAsync(f.identity, items, { chunkSize: 1 }), DOMException);
    assertThrows(() => pool.mapAsync(f.identity, [1, noFunction], { chunkSize: 1 }), DOMException);
    const after = pool.mapAsync(f.square, [4, 5], { chunkSize: 1 });
    assertEquals(await before, 4);
    const [end, one] = await carrying as [Connection, number];
    assertEquals(one, 1);
    assertEquals(await behind, 9);
    assertEquals(await after, [16, 25]);
    await end.send("still there");
    assertEquals(await mine.recv({ timeout: long }), "still there");
    for (const each of [mine, theirs, end]) each.close();
  });

  it("leaves streams to its caller", async () => {
    await using pool = makePool(method, 1);
    const stream = new ReadableStream<number>({
      start(controller) {
        controller.enqueue(7);
        controller.close();
      },
    });
    const items = [stream, noFunction];
    await assertRefused(() => pool.map(f.identity, items, { chunkSize: 1 }), "args[1]");
    assertEquals(stream.locked, false);
    assertEquals(await Array.fromAsync(stream), [7]);
  });

  it("leaves connections to other programs to its caller", async () => {
    await using pool = makePool(method, 1);
    using listener = new Listener({ address: "127.0.0.1:0" });
    const connecting = connect(await listener.address);
    using there = await listener.accept({ timeout: long });
    using here = await connecting;
    for (const _ of [1, 2]) {
      const map = () => pool.map(f.identity, [here, 1, noFunction], { chunkSize: 1 });
      await assertRefused(map, "args[2] is a function that no module exports");
    }
    await here.send("still here");
    assertEquals(await there.recv({ timeout: long }), "still here");
  });

  it("gives up what proxies stand for", async () => {
    await using manager = new (getContext(method).Manager)();
    await using pool = makePool(method, 1);
    {
      using list = manager.list([1]);
      const map = () => pool.map(f.identity, [list, noFunction], { chunkSize: 1 });
      await assertRefused(map, "args[1] is a function that no module exports");
      assertEquals(await manager.numberOfObjects(), 1);
    }
    await until(async () => await manager.numberOfObjects() === 0, "the list is dropped");
  });

  it("releases what an initializer that is refused was given", async () => {
    await assertReleased(method, (end) => {
      const initArgs = [end, noFunction];
      const error = assertThrows(() => makePool(method, { initializer: f.identity, initArgs }));
      assertEquals((error as Error).message, "args[1] is a function that no module exports");
      return Promise.resolve();
    });
  });
});

forEachMethod("The path of what a map refuses", (method) => {
  it("names the item, whatever its chunk", async () => {
    await using pool = makePool(method, 1);
    const bad = { options: { callback: noFunction } };
    for (const chunkSize of [1, 2, 3, 10, undefined]) {
      const map = () => pool.map(f.identity, [0, 1, 2, 3, bad], { chunkSize });
      await assertRefused(map, "args[4].options.callback is a function that no module exports");
      const starmap = () => pool.starmap(f.add, [[1, 2], [1, bad as never]], { chunkSize });
      await assertRefused(
        starmap,
        "args[1][1].options.callback is a function that no module exports",
      );
    }
    for (const chunkSize of [1, 2]) {
      for (const imap of ["imap", "imapUnordered"] as const) {
        const results = pool[imap](f.identity, later([0, 1, 2, bad]), { chunkSize });
        const message = "args[3].options.callback is a function that no module exports";
        await assertRefused(() => Array.fromAsync(results), message);
      }
    }
  });

  it("tells items from what every call is given", async () => {
    await using pool = makePool(method, 1);
    const kwargs = { factor: 2 };
    const map = () =>
      pool.map(f.scale, [1, 2, noFunction as never], { kwargs: { ...kwargs }, chunkSize: 2 });
    await assertRefused(map, "args[2] is a function that no module exports");
    const given = { factor: 1, log: [noFunction] };
    await assertRefused(() => pool.map(f.scale, [1, 2], { kwargs: given }), "kwargs.log[0] is");
  });

  it("names the input and the place in it of an executor's map", async () => {
    await using executor = makeExecutor(method, { maxWorkers: 1 });
    for (const chunkSize of [1, 2]) {
      const one = assertThrows(() => executor.map(f.identity, [1, 2, [noFunction]], { chunkSize }));
      assertEquals((one as Error).message, "args[2][0] is a function that no module exports");
      const inputs = [[1, 2, 3], [1, 2, noFunction as never]] as const;
      const two = assertThrows(() => executor.map(f.add, ...inputs, { chunkSize }));
      assertEquals((two as Error).message, "args[2][1] is a function that no module exports");
      const late = executor.map(f.identity, later([1, 2, noFunction]), { chunkSize });
      await assertRefused(
        () => Array.fromAsync(late),
        "args[2] is a function that no module exports",
      );
    }
  });

  it("names the result", async () => {
    await using pool = makePool(method, 2);
    for (const chunkSize of [1, 2, 4]) {
      const give = (item: number): unknown => item === 3 ? { deep: () => item } : item;
      const map = () => pool.map(give, [0, 1, 2, 3], { chunkSize });
      await assertRefused(map, "result[3].deep is a function that no module exports");
      const later = async (item: number): Promise<unknown> => await (item === 2 ? () => 1 : item);
      await assertRefused(() => pool.map(later, [0, 1, 2, 3], { chunkSize }), "result[2] is a");
    }
    await assertRefused(
      () => pool.apply(f.giveFunction),
      "result.options.callback is a function that no module exports",
    );
  });

  it("names what a managed pool was given", async () => {
    await using manager = new (getContext(method).Manager)();
    using pool = manager.Pool(1);
    await assertRefused(
      () => pool.apply(f.add, [1, noFunction as never]),
      "args[1] is a function that no module exports",
    );
    await assertReleased(method, async (end) => {
      const map = () => pool.map(f.identity, refusedBehind(end, 2), { chunkSize: 1 });
      await assertRefused(map, "args[2] is a function that no module exports");
    });
    const starmap = () => pool.starmap(f.add, [[1, 2], [3, noFunction as never]]);
    await assertRefused(starmap, "args[1][1] is a function that no module exports");
    const kwargs = { factor: 1, log: noFunction };
    await assertRefused(
      () => pool.map(f.scale, [1], { kwargs }),
      "kwargs.log is a function that no module exports",
    );
    const results = pool.imap(f.identity, [1, 2, 3, noFunction], { chunkSize: 2 });
    await assertRefused(
      () => Array.fromAsync(results),
      "args[3] is a function that no module exports",
    );
    assertEquals(await pool.map(f.square, [3]), [9]);
    await pool.terminate();
  });
});
