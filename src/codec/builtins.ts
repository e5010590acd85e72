/**
 * The objects of built-in classes, by their brand.
 *
 * @module
 * @internal
 */

import { writeArray } from "./arrays.ts";
import type { Brand } from "./brands.ts";
import { writeBuffer, writeShared, writeView } from "./buffers.ts";
import { writeMap, writeSet } from "./collections.ts";
import { writeError } from "./errors.ts";
import { DecodeFailure } from "./failure.ts";
import { writeObject } from "./objects.ts";
import { mayRunCode } from "../code/origin.ts";
import { SAME } from "./path.ts";
import * as tag from "./tags.ts";
import type { Reader, Writer } from "./codec_context.ts";

/** Encodes an object by its brand. */
export function writeBuiltin(writer: Writer, value: object, brand: Brand): void {
  switch (brand) {
    case "none":
      return writeObject(writer, value);
    case "Array":
      return writeArray(writer, value as unknown[]);
    case "View":
      return writeView(writer, value as ArrayBufferView);
    case "ArrayBuffer":
      return writeBuffer(writer, value as ArrayBuffer);
    case "SharedArrayBuffer":
      return writeShared(writer, value);
    case "Map":
      return writeMap(writer, value as Map<unknown, unknown>);
    case "Set":
      return writeSet(writer, value as Set<unknown>);
    case "Date":
      writer.out.byte(tag.DATE);
      return writer.out.float(Date.prototype.getTime.call(value));
    case "RegExp":
      return writeRegExp(writer, value as RegExp);
    case "Error":
    case "DOMException":
      return writeError(writer, value as Error, brand);
    default:
      writer.out.byte(tag.BOXED);
      return writer.value(unbox[brand].call(value), SAME);
  }
}

/** Decodes a date. */
export function readDate(reader: Reader): Date {
  return reader.add(new Date(reader.input.float()));
}

/**
 * How long a pattern may be of who could not run code here anyway. Engines take much more than
 * twice the time for one twice as long: 64 KiB of names, or of a class that ignores case, may take
 * them seconds.
 */
const longestPattern = 4096;

/** Decodes a regular expression. */
export function readRegExp(reader: Reader): RegExp {
  const source = reader.input.string();
  if (source.length > longestPattern && !mayRunCode(reader.origin)) {
    throw new DecodeFailure(
      `it holds a regular expression of more than ${longestPattern} characters`,
    );
  }
  return reader.add(new RegExp(source, reader.input.string()));
}

/** Decodes a wrapper object. */
export function readBox(reader: Reader): object {
  const number = reader.reserve();
  const primitive = reader.value();
  if (primitive === undefined || primitive === null || typeof primitive === "object") {
    throw new DecodeFailure("it lacks what a wrapper object holds");
  }
  return reader.fill(number, Object(primitive));
}

const unbox: Record<"Boolean" | "Number" | "String" | "BigInt", (this: unknown) => unknown> = {
  Boolean: Boolean.prototype.valueOf,
  Number: Number.prototype.valueOf,
  String: String.prototype.valueOf,
  BigInt: BigInt.prototype.valueOf,
};

const sourceOf = Object.getOwnPropertyDescriptor(RegExp.prototype, "source")!.get!;
const flagsOf = Object.getOwnPropertyDescriptor(RegExp.prototype, "flags")!.get!;

function writeRegExp(writer: Writer, value: RegExp): void {
  writer.out.byte(tag.REGEXP);
  writer.out.string(sourceOf.call(value));
  writer.out.string(flagsOf.call(value));
}
