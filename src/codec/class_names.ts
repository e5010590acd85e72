/**
 * Which registered class a value is of.
 *
 * @module
 * @internal
 */

import { DecodeFailure } from "./failure.ts";
import type { Reader, Writer } from "./parts.ts";
import { classAt, type RegisteredClass } from "./registry.ts";

/** Names a registered class: in full once, by number from then on. */
export function writeClass(writer: Writer, registered: RegisteredClass): void {
  const { out, classes } = writer;
  const known = classes.indexOf(registered);
  out.uint(known < 0 ? classes.length : known);
  if (known >= 0) return;
  classes.push(registered);
  out.string(registered.url);
  out.string(registered.name);
  out.uint(registered.index);
}

/** The class that was named. */
export function readClass(reader: Reader): RegisteredClass {
  const { input, classes } = reader;
  const number = input.uint();
  const known = classes[number];
  if (known !== undefined) return known;
  if (number !== classes.length) throw new DecodeFailure("it names an unknown class");
  const found = classAt(input.string(), input.string(), input.uint());
  classes.push(found);
  return found;
}
