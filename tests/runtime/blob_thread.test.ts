import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertThrows } from "@std/assert";
import { readInThread } from "../../src/runtime/blob_thread.ts";
import { runtime } from "../harness.ts";
import { Folder } from "../process/scratch.ts";

const textOf = (blob: Blob): string => new TextDecoder().decode(readInThread(blob));

// On Node another thread does not find a blob by its URL, and none is asked.
const ignore = runtime === "node";

describe("A thread", { ignore }, () => {
  it("reads blobs, one after the other", () => {
    for (const text of ["a", "", "bc".repeat(100_000)]) {
      assertEquals(textOf(new Blob([text])), text);
    }
  });

  it("says why a blob cannot be read, and reads the next", async () => {
    // Deno has read the file when it has made the blob.
    if (runtime !== "bun") return;
    using folder = new Folder();
    fs.writeFileSync(folder.file("text"), "content");
    const blob = await fs.openAsBlob(folder.file("text"));
    fs.rmSync(folder.file("text"));
    assertThrows(() => textOf(blob), Error, "ENOENT");
    assertEquals(textOf(new Blob(["a"])), "a");
  });

  it("is given up where a blob takes too long, and another one started", async () => {
    if (runtime !== "bun") return;
    using folder = new Folder();
    const path = folder.file("pipe");
    // Nobody writes into it until the reader has given up.
    execFileSync("mkfifo", [path]);
    const blob = await fs.openAsBlob(path);
    assertThrows(() => readInThread(blob, 300), Error, "it was not read within 300 ms");
    assertEquals(textOf(new Blob(["a"])), "a");
    fs.closeSync(fs.openSync(path, fs.constants.O_RDWR));
  });
});
