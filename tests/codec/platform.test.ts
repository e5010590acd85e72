// @runs-on every: V8 clones and encodes differently from version to version

import { createSecretKey, generateKeyPairSync, KeyObject } from "node:crypto";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { runtime } from "../../src/runtime/current.ts";
import { roundTrip } from "./round_trip.ts";

const message = new Uint8Array(16);

const algorithms: [object, KeyUsage[]][] = [
  [{ name: "HMAC", hash: "SHA-256" }, ["sign", "verify"]],
  [{ name: "Ed25519" }, ["sign", "verify"]],
  [{ name: "ECDSA", namedCurve: "P-256" }, ["sign", "verify"]],
  [
    {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 2048,
      publicExponent: Uint8Array.of(1, 0, 1),
      hash: "SHA-256",
    },
    ["sign", "verify"],
  ],
];

describe("bytes", () => {
  it("carry keys that can be exported, with all that they are for", async () => {
    for (const [algorithm, usages] of algorithms) {
      const made = await crypto.subtle.generateKey(algorithm as KeyAlgorithm, true, usages);
      const { publicKey, privateKey } = "privateKey" in made
        ? made
        : { publicKey: made, privateKey: made };
      const originals: CryptoKey[] = [publicKey, privateKey];
      const keys: CryptoKey[] = roundTrip(originals);
      for (const [i, key] of keys.entries()) {
        const original = originals[i]!;
        assert((key as object) instanceof CryptoKey);
        assertEquals(key.type, original.type);
        assertEquals({ ...key.algorithm }, { ...original.algorithm });
        assertEquals([...key.usages].sort(), [...original.usages].sort());
        assert(key.extractable);
      }
      const how = { name: "name" in algorithm ? String(algorithm.name) : "", hash: "SHA-256" };
      const signature = await crypto.subtle.sign(how, keys[1]!, message);
      assert(await crypto.subtle.verify(how, publicKey, signature, message));
      assert(await crypto.subtle.verify(how, keys[0]!, signature, message));
    }
  });

  it("carry keys of node:crypto, as threads get them as well", () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    for (const attach of [false, true]) {
      for (const key of [createSecretKey(message), publicKey, privateKey]) {
        const [arrived, again] = roundTrip([key, key], { attach });
        assert(arrived instanceof KeyObject);
        assertStrictEquals(arrived, again);
        assert(arrived.equals(key));
      }
    }
  });

  it("do not carry a key that is to stay where it is", async () => {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.generateKey(algorithm, false, ["sign"]);
    assertThrows(
      () => roundTrip({ key }),
      DOMException,
      "value.key is a CryptoKey that is not extractable",
    );
  });

  it("carry a blob whose bytes are at hand, and otherwise it is said what to send", async () => {
    const blob = new Blob(["hey"], { type: "image/png" });
    const file = new File(["hey"], "a.png", { type: "image/png", lastModified: 5 });
    if (runtime.name === "bun") {
      const arrived: { blob: Blob; file: File } = roundTrip({ blob, file });
      assertEquals([arrived.blob.type, await arrived.blob.text()], ["image/png", "hey"]);
      assert(!(arrived.blob instanceof File));
      const { name, type, lastModified } = arrived.file;
      assertEquals([name, type, lastModified], ["a.png", "image/png", 5]);
      assertEquals(await arrived.file.text(), "hey");
      return;
    }
    for (const [name, item] of Object.entries({ Blob: blob, File: file })) {
      assertThrows(
        () => roundTrip([item]),
        DOMException,
        `value[0] is a ${name}, whose bytes cannot be read at once: send await blob.arrayBuffer(), or blob.stream()`,
      );
    }
  });
});
