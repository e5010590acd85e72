import { assert } from "@std/assert";
import { Decoder } from "../../src/codec/decoder.ts";
import { Encoder, type EncoderOptions } from "../../src/codec/encoder.ts";

/** The value as it arrives; all of its bytes must have been read. */
// deno-lint-ignore no-explicit-any -- what arrives has the type of what was sent.
export function roundTrip(value: unknown, options?: EncoderOptions): any {
  const encoder = new Encoder(options);
  encoder.write(value, "value");
  const { bytes, attachments } = encoder.take();
  const decoder = new Decoder(bytes, attachments);
  const arrived = decoder.read();
  assert(decoder.done);
  return arrived;
}
