import { createHmac } from "node:crypto";
import { it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { distinctKey, proofOf, Prover } from "../../src/runtime/proof.ts";

it("A proof for one of many texts is the HMAC that others make", () => {
  for (const size of [1, 32, 63, 64]) {
    const key = new Uint8Array(size).map((_, i) => 7 * i + 1);
    const prover = new Prover(key);
    for (const length of [0, 1, 55, 64, 1000]) {
      const text = new Uint8Array(length).fill(length);
      const expected = new Uint8Array(createHmac("sha256", key).update(text).digest());
      assertEquals(prover.proofOf(text), expected);
      assertEquals(prover.proofOf(text.subarray(0, 5), text.subarray(5)), expected);
      assertEquals(proofOf(key, text), expected);
    }
  }
});

it("No two keys are the same to a proof", () => {
  const text = new Uint8Array(3);
  const keys = ["key", "key\0", "key\0\0", "k".repeat(64), "k".repeat(65), "k".repeat(66)];
  const proofs = keys.map((key) =>
    proofOf(distinctKey(new TextEncoder().encode(key)), text).join()
  );
  assertEquals(new Set(proofs).size, keys.length);
});
