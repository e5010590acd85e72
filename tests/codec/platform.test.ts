// @runs-on every: V8 clones and encodes differently from version to version

import fs from "node:fs";
import { createSecretKey, generateKeyPairSync, KeyObject } from "node:crypto";
import { describe, it } from "@std/testing/bdd";
import { assert, assertEquals, assertMatch, assertStrictEquals, assertThrows } from "@std/assert";
import { runtime } from "../../src/runtime/current.ts";
import { Folder } from "../process/scratch.ts";
import { tellOf } from "./blob_fixtures.ts";
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

  it("carry blobs and files, with their types and names", async () => {
    const blob = new Blob(["hey"], { type: "image/png" });
    const file = new File(["ho"], "a.png", { type: "image/jpeg", lastModified: 5 });
    const arrived: [Blob, File, Blob] = roundTrip([blob, file, blob]);
    assertEquals(await tellOf(arrived[0]), ["Blob", "image/png", "hey"]);
    assertEquals(await tellOf(arrived[1]), ["File", "image/jpeg", "ho", "a.png", 5]);
    assertStrictEquals(arrived[2], arrived[0]);
    assertEquals(await blob.text(), "hey");
  });

  it("carry a blob in whatever pieces it is", async () => {
    const large = new Uint8Array(3_000_000).map((_, i) => i % 251);
    const composed = new Blob(["a", new Blob(["b", large]), large.subarray(5, 9)]);
    const blobs = [new Blob(), new Blob([]), composed, composed.slice(1, 2_000_000)];
    for (const blob of [...blobs, structuredClone(composed)]) {
      const arrived: Blob = roundTrip(blob);
      assertEquals(arrived.size, blob.size);
      const [there, here] = [await arrived.arrayBuffer(), await blob.arrayBuffer()];
      assert(new Uint8Array(there).every((byte, i) => byte === new Uint8Array(here)[i]));
    }
  });

  it("carry a blob that a file backs, or the error says why they do not", async () => {
    using folder = new Folder();
    const path = folder.file("text");
    fs.writeFileSync(path, "content");
    const backed = await fs.openAsBlob(path);
    const file = new File([backed], "a", { lastModified: 7 });
    const blobs = { Blob: backed.slice(1, 3), File: file };
    for (const attach of runtime.name === "node" ? [false] : [false, true]) {
      for (const [name, blob] of Object.entries({ ...blobs, "Blob ": backed })) {
        if (runtime.name !== "node") {
          assertEquals(await roundTrip(blob, { attach }).text(), await blob.text());
          continue;
        }
        assertThrows(
          () => roundTrip([blob], { attach }),
          DOMException,
          `value[0] is a ${name.trim()} that cannot be sent as bytes (it is backed by a file, ` +
            "which Node reads in the background only: send await blob.arrayBuffer(), or blob.stream())",
        );
      }
    }
    assertEquals(await roundTrip(new Blob(["hey"])).text(), "hey");
  });

  it("do not carry a blob whose file is gone", async () => {
    // Deno has read it before.
    if (runtime.name === "deno") return;
    using folder = new Folder();
    const path = folder.file("text");
    fs.writeFileSync(path, "content");
    const blob = await fs.openAsBlob(path);
    fs.rmSync(path);
    const error = assertThrows(() => roundTrip({ blob }), DOMException);
    assertMatch(
      error.message,
      /^value\.blob is a Blob that cannot be sent as bytes \(.*(gone|ENOENT)/,
    );
    assertEquals(await roundTrip(new Blob(["hey"])).text(), "hey");
  });
});

describe("Threads", () => {
  it("get a blob as it is, also after one that a file backs has been refused", async () => {
    using folder = new Folder();
    fs.writeFileSync(folder.file("text"), "content");
    const backed = await fs.openAsBlob(folder.file("text"));
    if (runtime.name === "node") {
      assertThrows(() => roundTrip(backed, { attach: true }), DOMException, "backed by a file");
    } else {
      assertEquals(await roundTrip(backed, { attach: true }).text(), "content");
    }
    const blob = new Blob(["hey"]);
    assertStrictEquals(roundTrip(blob, { attach: true }), blob);
  });
});
