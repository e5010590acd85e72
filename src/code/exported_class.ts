/**
 * Classes that nobody registered. An instance keeps its class where a module exports that; where it
 * cannot be found again, the instance arrives as a plain object, as structured clone would have it.
 *
 * @module
 * @internal
 */

import { warnOnce } from "../runtime/warning.ts";
import { type Exporters, exportersOfValue } from "./exporters.ts";
import { exportedValues, isOwnMain, namespaceAt } from "./load_module.ts";
import type { Origin } from "./origin.ts";
import { ModuleNeeded } from "./module_needed.ts";
import type { AnyClass, RegisteredClass } from "./registered_class.ts";
import { noteSent, sentBefore } from "./sent_functions.ts";
import { sourceTextOf } from "./source_text.ts";

/** What is sent of a class that nobody registered. Its text would cost too much with each value. */
export interface ExportedClass extends Omit<Exporters, "specifiers"> {
  /** Tells the text of the class from others; comparable with that of the same printer alone. */
  readonly digest: number;
  readonly by: string;
}

/** By the prototypes of their instances; `null`: it is of no use to look again. */
const byPrototype = new WeakMap<object, RegisteredClass | null>();

/**
 * The class whose instances have this prototype, if a module may export it. `warns`: whether to say
 * so if none does.
 */
export function exportedClass(prototype: object, warns: boolean): RegisteredClass | undefined {
  const known = byPrototype.get(prototype);
  if (known !== undefined) return known ?? undefined;
  const cls = classWith(prototype);
  const found = cls && asExported(cls);
  byPrototype.set(prototype, found ?? null);
  if (cls !== undefined && found === undefined && warns) warnOfLostClass(cls.name);
  return found;
}

/** A class without a name is made in place: there is none to look for. */
const noExporters: Exporters = { modules: [], specifiers: [] };

function asExported(cls: AnyClass): RegisteredClass | undefined {
  const { modules, as } = cls.name === "" ? noExporters : exportersOfValue(cls, false);
  if (modules.length === 0) return undefined;
  noteSent(cls, modules);
  const exported = { modules, ...(as !== undefined && { as }), ...digestOf(cls) };
  return { url: "", name: cls.name, index: 0, cls, exported };
}

/** The class of a prototype, unless the language or the runtime has it. */
function classWith(prototype: object): AnyClass | undefined {
  const cls: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof cls !== "function" || cls.prototype !== prototype) return undefined;
  if (Reflect.get(globalThis, cls.name) === cls || isNative.test(String(cls))) return undefined;
  return cls as unknown as AnyClass;
}

const isNative = /\{\s*\[native code\]\s*\}\s*$/;

/** The class that was named; `undefined` where it is not to be had. */
export function exportedClassAt(
  name: string,
  exported: ExportedClass,
  origin: Origin,
): RegisteredClass | undefined {
  const { modules, as = name } = exported;
  const isMeant = (value: object): value is AnyClass => {
    const { name: its, prototype } = value as AnyClass;
    if (its !== name || typeof prototype !== "object") return false;
    const { digest, by } = digestOf(value as AnyClass);
    // Each Bun prints what it has made of a module, and so may others than the sender.
    return by !== exported.by || by === "bun" || digest === exported.digest;
  };
  const sent = sentBefore(name, modules, isMeant);
  if (sent !== undefined) return named(name, sent as AnyClass, exported);
  for (const url of modules) {
    if (isOwnMain(url)) continue;
    const namespace = namespaceAt(url);
    // Only for the program itself is a module imported that is a guess.
    if (namespace === undefined && origin !== "program") continue;
    if (namespace === undefined) throw new ModuleNeeded(url, `class ${name}`, true);
    const all = exportedValues(namespace).filter(([, value]) => isMeant(value));
    const found = all.find(([exported]) => exported === as) ?? all[0];
    if (found !== undefined) return named(name, found[1] as AnyClass, exported);
  }
  return undefined;
}

const named = (name: string, cls: AnyClass, exported: ExportedClass): RegisteredClass => ({
  url: "",
  name,
  index: 0,
  cls,
  exported,
});

/** Says once that instances of a class lose it, and what to do. */
export function warnOfLostClass(name: string): void {
  const called = name || "(anonymous)";
  warnOnce(
    `Instances of class ${called} arrive as plain objects as no module is known that exports it: ` +
      `call registerClass(import.meta, ${
        name || "cls"
      }) at the top level of its module, before the first await`,
  );
}

const digests = new WeakMap<object, { readonly digest: number; readonly by: string }>();

function digestOf(cls: AnyClass): { readonly digest: number; readonly by: string } {
  const known = digests.get(cls);
  if (known !== undefined) return known;
  const { source, by } = sourceTextOf(cls);
  let digest = 0x811c9dc5;
  for (let i = 0; i < source.length; i++) {
    digest = Math.imul(digest ^ source.charCodeAt(i), 0x01000193) >>> 0;
  }
  const made = { digest, by };
  digests.set(cls, made);
  return made;
}
