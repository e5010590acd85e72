/**
 * The text of a function or a class, by which it is told from others of its name. Who compares it
 * may have printed it in another way: each runtime prints what it has left of the types, and a test
 * runner that loads the modules in the runtime's place has written their text anew.
 *
 * @module
 * @internal
 */

import { capabilities } from "../runtime/capabilities.ts";
import { isElsewhere } from "../runtime/modules.ts";

/** A text, and who has printed it. */
export interface SourceText {
  readonly source: string;
  /** The runtime, and who loads its modules if that is somebody else. */
  readonly by: string;
}

/**
 * Test runners that evaluate what they have made of a module; a child of ours imports it as it is.
 */
const loader = "__vitest_worker__" in globalThis
  ? "/vitest"
  : Symbol.for("jest-native-promise") in globalThis
  ? "/jest"
  : "";

const ownRuntime = capabilities.name;
const printer = ownRuntime + loader;

/** The text of a function or a class. */
export const sourceTextOf = (value: unknown): SourceText => ({
  source: String(value),
  by: printer,
});

const bundler = "/bundler";

/**
 * The text of a function that says of itself that it is of the module with this URL. A bundler may
 * have put the source's URL there, and another text and another name into the bundle.
 */
export function sourceTextIn(url: string, value: unknown): SourceText {
  const text = sourceTextOf(value);
  return loader === "" && isElsewhere(url) ? { ...text, by: printer + bundler } : text;
}

/** Whether a bundler may have changed it, so that it cannot be compared with the source's. */
export const isBundlers = ({ by }: SourceText): boolean => by.endsWith(bundler);

/** Whether that is the text of this function or class, as far as it can be told from here. */
export function hasSourceText(value: unknown, { source, by }: SourceText): boolean {
  const text = String(value);
  if (by === printer && text === source) return true;
  if (by === printer && capabilities.keepsSourceText) return false;
  // Two runtimes may differ in all: then the name decides, which who asks has compared.
  if (by.split("/")[0] !== ownRuntime) return true;
  // Fields may have become statements; and no class but an exported one is ever meant.
  if (/^class\b/.test(source)) return true;
  return wordsOf(text).join(" ") === wordsOf(source).join(" ");
}

const comments = /\/\*[^]*?\*\/|\/\/.*/g;
/** How Vite writes what is imported. */
const viteImport = /\(0,\s*__vi\w+__\.([\w$]+)\)|__vi\w+__\./g;

/** The names and numbers of a text: what is left when it was printed anew. */
export function wordsOf(text: string): readonly string[] {
  const plain = text.replace(comments, "").replace(viteImport, "$1");
  return plain.match(/[\p{ID_Continue}$]+/gu) ?? [];
}
