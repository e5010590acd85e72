// @runs-on every: it is about what the runtime does

import fs from "node:fs";
import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { assertEquals, assertThrows } from "@std/assert";
import { openLibc } from "../../src/runtime/libc.ts";
import {
  createFilledFile,
  createSparseFile,
  openUnlinked,
  writeWhole,
} from "../../src/runtime/memory_file.ts";
import { mayMount, whyIgnored, withSharedMemory } from "../small_memory.ts";
import { linesOf } from "../harness.ts";

const program = new URL("programs/memory_file.ts", import.meta.url);

describe("A file in memory", () => {
  it("has what it was made of, and others read it", () => {
    const file = createFilledFile(new Uint8Array([1, 2, 3]))!;
    assertEquals([...fs.readFileSync(file.path)], [1, 2, 3]);
    file.close();
    const sparse = createSparseFile(2 ** 30);
    assertEquals(fs.fstatSync(sparse.fd).size, 2 ** 30);
    sparse.close();
    const fd = openUnlinked(10);
    writeWhole(fd, new Uint8Array(100_000).fill(7));
    assertEquals(fs.fstatSync(fd).size, 100_000);
    fs.closeSync(fd);
  });

  it("may lose its name to another program before this one removes it", () => {
    const { openSync } = fs;
    fs.openSync = (file, ...args) => {
      const fd = openSync(file, ...args);
      fs.rmSync(file);
      return fd;
    };
    try {
      fs.closeSync(openUnlinked(10));
    } finally {
      fs.openSync = openSync;
    }
  });

  const isLinux = process.platform === "linux";
  it(`is where there is room${whyIgnored}`, { ignore: !mayMount || !isLinux }, async () => {
    const found = (size: string) =>
      linesOf(program, { before: withSharedMemory(size), env: { TMPDIR: "/tmp" } });
    assertEquals(await found("2g"), ["/dev/shm", "/dev/shm", "/dev/shm", "0"]);
    assertEquals(await found("64m"), ["/memfd:", "/dev/shm", "none", "0"]);
    assertEquals(await found("16k"), ["/memfd:", "/tmp", "none", "0"]);
  });
});

describe("The C library", () => {
  it("is found by the first of its names that there is", () => {
    const open = (name: string): string => {
      if (name === "musl") return name;
      throw new Error(`no ${name}`);
    };
    assertEquals(openLibc(open, ["glibc", "musl", "other"]), "musl");
    assertThrows(() => openLibc(open, ["glibc", "other"]), Error, "no glibc");
  });
});
