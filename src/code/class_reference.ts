/**
 * Classes by reference, as functions are: a child finds a class again as an export with the same
 * name and the same source text, or by its registration.
 *
 * @module
 * @internal
 */

import { TaskReferenceError } from "../errors.ts";
import { type Exporters, exportersOf } from "./exporters.ts";
import { findExport } from "./function_reference.ts";
import { loadModule } from "./load_module.ts";
import { type AnyClass, classAt, classOfPrototype } from "./registered_class.ts";
import { type SourceText, sourceTextOf } from "./source_text.ts";

/** What is sent of a class. */
export type ClassReference =
  | SourceText & Exporters & {
    readonly kind: "exported";
    readonly name: string;
  }
  | {
    readonly kind: "registered";
    readonly name: string;
    readonly url: string;
    readonly index: number;
  };

/** The reference to send for a class. */
export function referenceToClass(cls: AnyClass): ClassReference {
  const { name } = cls;
  const registered = classOfPrototype(cls.prototype as object);
  if (registered !== undefined) {
    return { kind: "registered", name, url: registered.url, index: registered.index };
  }
  return { kind: "exported", name, ...sourceTextOf(cls), ...exportersOf(cls) };
}

/** Finds, in a child, the class that a reference names. Imports modules where it must. */
export async function resolveClass(reference: ClassReference): Promise<AnyClass> {
  if (reference.kind === "registered") {
    const { url, name, index } = reference;
    await loadModule(url);
    return classAt(url, name, index).cls;
  }
  for (const url of reference.modules) {
    const found = findExport(await loadModule(url), reference, url);
    if (found !== undefined) return found as AnyClass;
  }
  throw new TaskReferenceError(
    `Cannot find class ${reference.name} in a child: export it from the main module, or ` +
      "give it to registerClass(import.meta, cls) at a module's top level",
  );
}
