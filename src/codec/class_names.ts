/**
 * Which class a value is of.
 *
 * @module
 * @internal
 */

import { exportedClassAt, warnOfLostClass } from "../code/exported_class.ts";
import { DecodeFailure } from "./failure.ts";
import type { Reader, Writer } from "./codec_context.ts";
import { classAt, type RegisteredClass } from "../code/registered_class.ts";

/** Names a class: in full once, by number from then on. One that was not registered has no URL. */
export function writeClass(writer: Writer, registered: RegisteredClass): void {
  const { out, classes } = writer;
  const known = classes.indexOf(registered);
  out.uint(known < 0 ? classes.length : known);
  if (known >= 0) return;
  classes.push(registered);
  const { url, name, index, exported } = registered;
  out.string(url);
  out.string(name);
  out.uint(index);
  if (exported === undefined) return;
  out.uint(exported.digest);
  out.string(exported.by);
  out.string(exported.as ?? name);
  out.uint(exported.modules.length);
  for (const module of exported.modules) out.string(module);
}

/** In place of a class that is not to be had here: its instances are plain objects. */
const lost: RegisteredClass = { url: "", name: "", index: 0, cls: Object };

/** Whether a class that was named is not to be had here. */
export const isLost = (registered: RegisteredClass): boolean => registered === lost;

/** The class that was named. `warns`: whether to say so where it is not to be had. */
export function readClass(reader: Reader, warns: boolean = true): RegisteredClass {
  const { input, classes } = reader;
  const number = input.uint();
  const known = classes[number];
  if (known !== undefined) return known;
  if (number !== classes.length) throw new DecodeFailure("it names an unknown class");
  const url = input.string();
  const name = input.string();
  const index = input.uint();
  const found = url === "" ? readExported(reader, name, warns) : classAt(url, name, index);
  classes.push(found);
  return found;
}

function readExported(
  { input, origin }: Reader,
  name: string,
  warns: boolean,
): RegisteredClass {
  const digest = input.uint();
  const by = input.string();
  const as = input.string();
  const modules: string[] = [];
  for (let count = input.count(); count > 0; count--) modules.push(input.string());
  const found = exportedClassAt(name, { digest, by, as, modules }, origin);
  if (found === undefined && warns) warnOfLostClass(name);
  return found ?? lost;
}
