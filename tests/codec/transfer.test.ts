// @runs-on every: V8 clones and encodes differently from version to version

import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Decoder } from "../../src/codec/decoder.ts";
import { type EncodedMessage, Encoder } from "../../src/codec/encoder.ts";
import { transfer } from "../../src/codec/transfer.ts";

/** What arrives over a channel that carries attachments. */
function deliver({ bytes, attachments, transfer }: EncodedMessage): Decoder {
  const sent = structuredClone({ bytes, attachments }, { transfer: transfer as ArrayBuffer[] });
  return new Decoder(sent.bytes, sent.attachments);
}

function refuses(encoder: Encoder, list: readonly unknown[], message: string): void {
  const error = assertThrows(() => encoder.write(1, "args", list), DOMException, message);
  assertEquals([error.name, encoder.size], ["DataCloneError", 0]);
}

describe("transfer", () => {
  it("copies and lets go of buffers where the channel carries bytes", () => {
    const encoder = new Encoder();
    const buffer = new Uint8Array([1, 2, 3]).buffer;
    encoder.write({ view: new Uint8Array(buffer, 1), buffer }, "args", [buffer]);
    const message = encoder.take();
    assertEquals([buffer.detached, message.transfer, message.attachments], [true, [], []]);
    const arrived = new Decoder(message.bytes).read() as { view: Uint8Array; buffer: ArrayBuffer };
    assertEquals([...arrived.view], [2, 3]);
    assertStrictEquals(arrived.view.buffer, arrived.buffer);
  });

  it("moves buffers where the channel carries more", () => {
    const encoder = new Encoder({ attach: true });
    const { buffer } = new Uint8Array([1, 2, 3]);
    const whole = new Uint8Array(buffer);
    encoder.write([whole, buffer, new Uint8Array(buffer, 1)], "args", [buffer]);
    const message = encoder.take();
    assertEquals([message.attachments.length, message.transfer.length], [1, 1]);
    const [view, moved, part] = deliver(message).read() as [Uint8Array, ArrayBuffer, Uint8Array];
    assertEquals([[...view], [...part], buffer.detached], [[1, 2, 3], [2, 3], true]);
    assertStrictEquals(view.buffer, moved);
    assertStrictEquals(part.buffer, moved);
  });

  it("moves of a set what is part of the value", () => {
    for (const attach of [true, false]) {
      const encoder = new Encoder({ attach });
      const buffers = [new ArrayBuffer(1), new ArrayBuffer(2), new ArrayBuffer(3)] as const;
      const offered = new Set(buffers);
      encoder.write([buffers[1]], "args", offered);
      assertEquals(buffers.map(({ detached }) => detached), [false, true, false]);
      encoder.write({ whole: new Uint8Array(buffers[0]), buffer: buffers[0] }, "args", offered);
      assertEquals(buffers.map(({ detached }) => detached), [true, true, false]);
      const message = encoder.take();
      const decoder = attach ? deliver(message) : new Decoder(message.bytes);
      assertEquals((decoder.read() as [ArrayBuffer])[0].byteLength, 2);
      const arrived = decoder.read() as { whole: Uint8Array; buffer: ArrayBuffer };
      assertStrictEquals(arrived.whole.buffer, arrived.buffer);
      assertThrows(() => encoder.write([buffers[0]], "args", offered), DOMException, "detached");
    }
  });

  it("moves what is listed and not part of the value", () => {
    for (const attach of [true, false]) {
      const encoder = new Encoder({ attach });
      const buffer = new ArrayBuffer(1);
      encoder.write(5, "args", [buffer]);
      const message = encoder.take();
      assertEquals((attach ? deliver(message) : new Decoder(message.bytes)).read(), 5);
      assertEquals(buffer.detached, true);
    }
  });

  it("carries shared memory, ports and host objects beside the bytes", async () => {
    const encoder = new Encoder({ attach: true });
    const memory = new SharedArrayBuffer(8);
    const { port1, port2 } = new MessageChannel();
    const value = { memory, view: new Int32Array(memory, 4), port1, blob: new Blob(["hey"]) };
    encoder.write([value, memory], "args", [port1]);
    const [arrived, shared] = deliver(encoder.take()).read() as [typeof value, typeof memory];
    assertStrictEquals(arrived.memory, shared);
    arrived.view[0] = 7;
    assertEquals(new Int32Array(memory)[1], 7);
    assertEquals(arrived.port1.constructor, MessagePort);
    assertEquals(await arrived.blob.text(), "hey");
    arrived.port1.close();
    port2.close();
  });

  it("honours a list that transfer() remembered, wherever the value is", () => {
    const encoder = new Encoder();
    const image = new Uint8Array([1, 2]);
    assertStrictEquals(transfer(image, [image.buffer]), image);
    encoder.write({ a: [new Map([["k", image]])] }, "result");
    encoder.take();
    assertEquals(image.buffer.detached, true);
    assertThrows(() => encoder.write(image, "result"), DOMException, "detached");
  });

  it("refuses what is listed twice, gone, or cannot be moved", () => {
    for (const attach of [true, false]) {
      const encoder = new Encoder({ attach });
      const buffer = new ArrayBuffer(1);
      refuses(encoder, [buffer, buffer], "transfer[1] is listed twice");
      refuses(encoder, [{}], "transfer[0] is an Object, which is not transferable");
      refuses(encoder, [5], "transfer[0] is not transferable: 5");
      refuses(encoder, [new SharedArrayBuffer(1)], "a SharedArrayBuffer");
      const wasm = new WebAssembly.Memory({ initial: 1 }).buffer;
      refuses(encoder, [buffer, wasm], "transfer[1] is an ArrayBuffer that cannot be detached");
      assertEquals([wasm.byteLength, buffer.byteLength], [65536, 1]);
      buffer.transfer();
      refuses(encoder, [buffer], "transfer[0] is a detached ArrayBuffer");
    }
    const { port1, port2 } = new MessageChannel();
    refuses(new Encoder(), [port1], "carries bytes alone");
    assertThrows(() => new Encoder({ attach: true }).write(port1, "args"), DOMException, "args is");
    port1.close();
    port2.close();
  });

  it("takes what an earlier value of the message moved as gone", () => {
    for (const attach of [true, false]) {
      const encoder = new Encoder({ attach });
      const { buffer } = new Uint8Array([1]);
      encoder.write(buffer, "args", [buffer]);
      const { size } = encoder;
      assertThrows(() => encoder.write(buffer, "args"), DOMException, "args is detached");
      assertThrows(() => encoder.write(1, "args", [buffer]), DOMException, "detached");
      assertEquals(encoder.size, size);
      const message = encoder.take();
      const decoder = attach ? deliver(message) : new Decoder(message.bytes);
      assertEquals([...new Uint8Array(decoder.read() as ArrayBuffer)], [1]);
    }
    const encoder = new Encoder({ attach: true });
    const { port1, port2 } = new MessageChannel();
    encoder.write(port1, "args", [port1]);
    assertThrows(() => encoder.write(port1, "args", [port1]), DOMException, "transferred before");
    port1.close();
    port2.close();
  });

  it("refuses arguments that make no sense", () => {
    assertThrows(() => transfer(5, []), TypeError, "received 5");
    assertThrows(() => transfer({}, 5 as unknown as Transferable[]), TypeError, "received 5");
  });
});
