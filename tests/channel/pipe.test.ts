// @runs-on every: Node 26 maps memory by itself

/** What the ends of a pipe promise. */

import { it } from "@std/testing/bdd";
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { BufferTooShort, type Connection, EOFError, getContext, TimeoutError } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";

const reason = new Error("expected: aborted by the test");

/** Sends until there is no room, and gives how many went. */
async function fill(connection: Connection): Promise<number> {
  for (let sent = 0;; sent++) {
    try {
      await connection.send(["fill", new Uint8Array(300_000)], { timeout: 0 });
    } catch (error) {
      assertInstanceOf(error, TimeoutError);
      return sent;
    }
  }
}

forEachMethod("Pipe", (method) => {
  const context = getContext(method);

  it("gives up sending to a full one in time, or when aborted, and has sent nothing then", async () => {
    const [a, b] = context.Pipe();
    const sent = await fill(a);
    const [inner, other] = context.Pipe();
    const bytes = new Uint8Array(300_000);
    await assertRejects(() => a.send([inner, bytes], { timeout: 30 }), TimeoutError, "30 ms");
    await assertRejects(() => a.sendBytes(bytes, 0, undefined, { timeout: 30 }), TimeoutError);
    assertThrows(() => a.sendSync([inner, bytes], { timeout: 30 }), TimeoutError, "30 ms");
    assertThrows(() => a.sendBytesSync(bytes, 0, undefined, { timeout: 0 }), TimeoutError);
    await assertRejects(() => a.send(1, { timeout: NaN }), TypeError, "timeout must be a number");
    const controller = new AbortController();
    const waiting = assertRejects(() => a.send(bytes, { signal: controller.signal }));
    const behind = a.send("behind");
    controller.abort(reason);
    assertStrictEquals(await waiting, reason);
    const { signal } = controller;
    assertStrictEquals(await assertRejects(() => a.send(1, { signal })), reason);
    for (let i = 0; i < sent; i++) assertEquals((await b.recv() as [string])[0], "fill");
    assertEquals(await b.recv(), "behind");
    await behind;
    assertEquals(await b.poll(), false);
    // What was not sent holds nothing.
    inner.close();
    await assertRejects(() => other.recv({ timeout: 3000 }), EOFError);
    for (const end of [a, b, other]) end.close();
  });

  it("receives into memory of the caller's with the thread blocked, too", () => {
    const [a, b] = context.Pipe();
    const buffer = new Uint8Array(4);
    b.sendBytesSync(new Uint8Array([1, 2, 3]));
    assertEquals(a.recvBytesIntoSync(buffer, 1), 3);
    assertEquals(buffer, new Uint8Array([0, 1, 2, 3]));
    b.sendBytesSync(new Uint8Array([4, 5, 6]));
    const short = assertThrows(() => a.recvBytesIntoSync(buffer, 2));
    assertInstanceOf(short, BufferTooShort);
    assertEquals(short.bytes, new Uint8Array([4, 5, 6]));
    assertEquals(buffer, new Uint8Array([0, 1, 2, 3]));
    b.close();
    assertThrows(() => a.recvBytesIntoSync(buffer), EOFError);
    a.close();
  });
});
