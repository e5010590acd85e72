/**
 * Objects of the platform whose class says how they become bytes: so they travel where the channel
 * carries nothing else.
 *
 * @module
 * @internal
 */

import { readBlob } from "../runtime/blobs.ts";
import { type KeyObject, lateCrypto } from "../runtime/lazy_builtins.ts";
import { capabilities } from "../runtime/capabilities.ts";
import { type CodecExtension, neverSent, registerExtension } from "./extension.ts";

/** What is read of a `CryptoKey`; its class is the web's, and a program's types may lack it. */
interface WebKey {
  readonly extractable: boolean;
  readonly algorithm: object;
  readonly usages: readonly string[];
}

type KeyBytes = [type: string, bytes: Uint8Array];
type CryptoKeyParts = [...KeyBytes, WebKey["algorithm"], WebKey["usages"]];
type BlobParts = [bytes: ArrayBuffer, type: string, name?: string, lastModified?: number];

function keyBytes(key: KeyObject): KeyBytes {
  if (key.type === "secret") return [key.type, new Uint8Array(key.export())];
  const type = key.type === "public" ? "spki" : "pkcs8";
  // The two types of key have one method each; their signatures cannot be called together.
  return [key.type, new Uint8Array(key.export({ format: "der", type } as never) as Uint8Array)];
}

function keyOf(type: string, bytes: Uint8Array): KeyObject {
  const crypto = lateCrypto();
  if (type === "secret") return crypto.createSecretKey(bytes);
  const key = bytes as never;
  return type === "public"
    ? crypto.createPublicKey({ key, format: "der", type: "spki" })
    : crypto.createPrivateKey({ key, format: "der", type: "pkcs8" });
}

const isFile = (blob: Blob): blob is File => "File" in globalThis && blob instanceof File;

function describeBlob(value: object): BlobParts {
  const blob = value as Blob;
  const bytes = readBlob(blob);
  return isFile(blob) ? [bytes, blob.type, blob.name, blob.lastModified] : [bytes, blob.type];
}

function reviveBlob(description: unknown): object {
  const [bytes, type, name, lastModified] = description as BlobParts;
  if (name === undefined) return new Blob([new Uint8Array(bytes)], { type });
  return new File([new Uint8Array(bytes)], name, { type, lastModified: lastModified! });
}

/** No value is looked up here: its class is known already. */
const matches = () => false;

const blobKind: Omit<CodecExtension, "name"> = {
  matches,
  shape: ["bytes", "string", "string?", "number?"],
  describe: describeBlob,
  revive: reviveBlob,
};

const kinds: readonly CodecExtension[] = [
  {
    name: "KeyObject",
    matches,
    shape: ["string", "bytes"],
    describe: (key) => keyBytes(key as KeyObject),
    revive: (description) => keyOf(...description as KeyBytes),
  },
  {
    name: "CryptoKey",
    matches,
    refuses: (key) =>
      (key as WebKey).extractable ? undefined : "is a CryptoKey that is not extractable",
    shape: ["string", "bytes", "object", "strings"],
    describe: (value): CryptoKeyParts => {
      const key = value as WebKey;
      const bytes = keyBytes(lateCrypto().KeyObject.from(key as never));
      return [...bytes, { ...key.algorithm }, [...key.usages]];
    },
    revive: (description) => {
      const [type, bytes, algorithm, usages] = description as CryptoKeyParts;
      return keyOf(type, bytes).toCryptoKey(algorithm as never, true, usages as never);
    },
  },
  { ...blobKind, name: "Blob" },
  { ...blobKind, name: "File" },
  {
    name: "WebAssembly.Module",
    matches,
    refuses: () =>
      "is a WebAssembly.Module, whose bytes cannot be had from it: " +
      "send the bytes that it was compiled from, and compile them there",
    ...neverSent,
  },
];

const byName = new Map(kinds.map((kind) => [kind.name, kind]));
for (const kind of kinds) registerExtension(kind);

/**
 * How objects of a class of the platform travel as bytes, if they can or there is more to say of
 * it.
 */
export function platformKind(className: string): CodecExtension | undefined {
  return byName.get(className);
}

/** Whether threads get it as bytes, too, since the channel would not bring it whole. */
export function travelsAsBytesAlways(className: string): boolean {
  return !capabilities.clonesKeys && (className === "KeyObject" || className === "CryptoKey");
}

/** Whether it is the class of a blob. */
export const isBlob = (className: string): boolean => className === "Blob" || className === "File";
