import { it } from "@std/testing/bdd";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async";
import { type Connection, EOFError, Full, getContext, Listener } from "../../mod.ts";
import { framed } from "../../src/channel/frames.ts";
import { forEachMethod } from "../harness.ts";
import { assertRefused } from "../others.ts";
import * as f from "./socket_fixtures.ts";
import { bytesMessage, Link, Stranger } from "./sockets.ts";

forEachMethod("A connection to another program that is given to a child", (method) => {
  const { Pipe, Pool, Process, Queue } = getContext(method);

  it("is the child's from then on, in both directions and in order", async () => {
    for (const address of [undefined, "127.0.0.1:0"]) {
      using link = await Link.make({ address, authKey: "key" });
      const child = new Process({ target: f.echo, args: [link.there] });
      child.start();
      const values = Array.from(
        { length: 200 },
        (_, i) => i % 2 ? i : new Map([[i, "x".repeat(i)]]),
      );
      const sending = (async () => {
        for (const value of values) await link.here.send(value);
      })();
      for (const value of values) assertEquals(await link.here.recv(), { back: value });
      await sending;
      link.here.close();
      assertEquals(await child.join({ timeout: 20_000 }), true);
      assertEquals(child.exitCode, 0);
      child.close();
    }
  });

  it("is of no use any more where it was", async () => {
    using link = await Link.make();
    await using pool = new Pool(1);
    const waiting = assertRejects(() => link.there.recv(), Error, "was given to a child");
    const done = pool.apply(f.echo, [link.there]);
    await waiting;
    await assertRejects(() => link.there.send(1), Error, "was given to a child");
    await assertRejects(() => link.there.poll(), Error, "was given to a child");
    await assertRefused(() => pool.apply(f.echo, [link.there]), "args[0]", "given to a child");
    link.there.close();
    await link.here.send("still");
    assertEquals(await link.here.recv(), { back: "still" });
    link.here.close();
    assertEquals(await done, 1);
    await assertRefused(() => pool.apply(f.echo, [link.here]), "args[0]", "that is closed");
  });

  it("takes with it what had come and was not received", async () => {
    using link = await Link.make();
    for (let i = 0; i < 5; i++) await link.here.send(i);
    assertEquals(await link.there.recv(), 0);
    link.here.close();
    await using pool = new Pool(1);
    const [got, message, isEnd] = await pool.apply(f.receiveAll, [link.there]);
    assertEquals([got, isEnd], [[1, 2, 3, 4], true], message);
  });

  it("ends for the other program when the child has ended, behind what that sent", async () => {
    using link = await Link.make({ address: "127.0.0.1:0" });
    const child = new Process({ target: f.sendAndEnd, args: [link.there, 50, 5_000_000] });
    child.start();
    const got = [];
    for await (const value of link.here) got.push(value);
    assertEquals(got.slice(0, -1), Array.from({ length: 50 }, (_, i) => i));
    assertEquals((got.at(-1) as Uint8Array).length, 5_000_000);
    assertEquals(await child.join({ timeout: 20_000 }), true);
    child.close();
  });

  it("ends for the other program when the child is killed", async () => {
    using link = await Link.make();
    const child = new Process({ target: f.keep, args: [link.there] });
    child.start();
    assertEquals(await link.here.recv(), "kept");
    child.kill();
    await assertRejects(() => link.here.recv({ timeout: 20_000 }), EOFError);
    await child.join();
    child.close();
  });

  it("fails for the child when the other program has closed it", async () => {
    using link = await Link.make();
    await using pool = new Pool(1);
    const sending = pool.apply(f.sendUntilItFails, [link.there]);
    await link.here.recv();
    link.here.close();
    assertEquals(await sending, "Cannot send as the other end is closed");
  });

  it("tells the child of a message that was cut, too", async () => {
    using listener = new Listener({ address: "127.0.0.1:0" });
    using stranger = new Stranger(await listener.address);
    const greeting = ["nproc-multiprocessing/2-", new Uint8Array(32)];
    const cut = framed(new Uint8Array(100)).subarray(0, 50);
    await stranger.say(...greeting, framed(bytesMessage(9)), cut);
    stranger.end();
    await using pool = new Pool(1);
    const [got, message, isEnd] = await pool.apply(f.receiveAll, [await listener.accept()]);
    assertEquals([got, isEnd], [[new Uint8Array([9])], false]);
    assert(message.includes("in the middle of a message"), message);
  });

  it("makes the other program wait while the child does not receive", async () => {
    using link = await Link.make();
    await using pool = new Pool(1);
    const words = new Queue<string>();
    const receiving = pool.apply(f.receiveLater, [link.there, words]);
    let sent = 0;
    const sending = (async () => {
      for (let i = 0; i < 300; i++, sent++) await link.here.sendBytes(new Uint8Array(100_000));
    })();
    for (let before = -1; sent !== before || sent === 0;) {
      before = sent;
      await delay(300);
    }
    assert(sent < 200, `${sent} messages were sent that nobody has received`);
    await words.put("go");
    await sending;
    link.here.close();
    assertEquals(await receiving, Array.from({ length: 300 }, () => 100_000));
  });

  it("goes through a queue, in an object", async () => {
    using link = await Link.make();
    await using pool = new Pool(1);
    const ends = new Queue<{ end: Connection }>();
    await ends.put({ end: link.there });
    const done = pool.apply(f.answerFromQueue, [ends]);
    await link.here.send(1);
    assertEquals(await link.here.recv(), ["answer", 1]);
    await done;
    await assertRejects(() => link.here.recv({ timeout: 20_000 }), EOFError);
  });

  it("stays where it is if the message is not sent", async () => {
    using link = await Link.make();
    const ends = new Queue<unknown>(1);
    await ends.put("full");
    await assertRejects(() => ends.put(link.there, { timeout: 20 }), Full);
    const putting = ends.put(link.there, { timeout: 20 });
    await assertRefused(() => ends.put([link.there]), "item[0]", "another message");
    await assertRejects(() => putting, Full);
    await assertRefused(() => ends.put([link.there, () => 1]), "item[1]");
    await link.here.send(1);
    assertEquals(await link.there.recv(), 1);
    // It goes once it can.
    const waiting = ends.put(link.there);
    await ends.get();
    await waiting;
    using end = await ends.get() as Connection;
    await link.here.send(2);
    assertEquals(await end.recv(), 2);
    await end.send(3);
    assertEquals(await link.here.recv(), 3);
  });

  it("is not sent to another program again by who has got it", async () => {
    using link = await Link.make();
    using another = await Link.make();
    const [a, b] = Pipe();
    await a.send(link.there);
    using end = await b.recv() as Connection;
    await assertRefused(() => another.here.send(end), "only children of this program");
    for (const each of [a, b]) each.close();
  });
});
