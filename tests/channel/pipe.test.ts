/** What the ends of a pipe promise. */

import { it } from "@std/testing/bdd";
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { BufferTooShort, EOFError, getContext } from "../../mod.ts";
import { forEachMethod } from "../harness.ts";

forEachMethod("Pipe", (method) => {
  const context = getContext(method);

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
