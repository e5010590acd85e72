/** Archives as npm has them: tar, in the form that POSIX calls ustar, and gzip. */

import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";

const block = 512;

/** An archive of files by their paths. */
export function tarball(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [path, bytes] of files) {
    parts.push(header(path, bytes.length), bytes, new Uint8Array(-bytes.length & (block - 1)));
  }
  parts.push(new Uint8Array(2 * block));
  return gzipSync(Buffer.concat(parts));
}

function header(path: string, size: number): Uint8Array {
  const bytes = new Uint8Array(block);
  const encoder = new TextEncoder();
  const put = (at: number, text: string) => bytes.set(encoder.encode(text), at);
  const octal = (number: number, digits: number) => number.toString(8).padStart(digits, "0");
  if (encoder.encode(path).length > 100) {
    throw new RangeError(`Cannot archive a path of more than 100 bytes: received ${path}`);
  }
  put(0, path);
  put(100, octal(0o644, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(size, 11));
  put(136, octal(0, 11));
  put(148, " ".repeat(8)); // The checksum counts as blanks.
  put(156, "0");
  put(257, "ustar\0" + "00");
  put(148, octal(bytes.reduce((sum, byte) => sum + byte, 0), 6) + "\0 ");
  return bytes;
}
