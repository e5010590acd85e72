/**
 * The names of an object's properties as the decoder has them: kept from one message to the next,
 * so that objects alike cost little more than their values.
 *
 * @module
 * @internal
 */

import { capabilities } from "../runtime/capabilities.ts";
import { parseNames, WIDE } from "./names.ts";

/** V8 gives an object with more properties a hash table whatever it is made from. */
const MOST_COPIED = 1020;
/**
 * From so many properties on, an object that is not copied is made to be a table: see `makeTable`.
 */
const TABLE_FROM = 256;

/** The names of an object's properties, in their order. */
export class NameList {
  readonly names: readonly string[];
  /** Has all the properties, and no values. */
  #template: object | undefined;
  #isKnown = false;

  constructor(names: readonly string[]) {
    this.names = names;
  }

  /** Makes an object for these properties. It may have them already, with the value `undefined`. */
  create(): object {
    if (this.#template !== undefined) return Object.assign({}, this.#template);
    // Most objects with many properties are one of a kind, and a template takes as long to make as
    // an object.
    if (this.#isKnown && this.#canCopy()) this.#template = templateOf(this.names);
    this.#isKnown = true;
    const object = {};
    if (this.names.length >= TABLE_FROM) makeTable(object);
    return object;
  }

  /** `Object.assign` would set the prototype where a property is called `__proto__`. */
  #canCopy(): boolean {
    const { length } = this.names;
    return capabilities.copiesPropertiesFast && length >= WIDE && length <= MOST_COPIED &&
      !this.names.includes("__proto__");
  }
}

/**
 * Unlike a loop of assignments, this makes an object whose properties V8 keeps in a record that all
 * objects alike share, also where they are hundreds.
 */
function templateOf(names: readonly string[]): object {
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/**
 * Has V8 keep an object's properties in a hash table, which it would only do after a thousand of
 * them.
 */
function makeTable(object: object): void {
  const properties = object as Record<string, unknown>;
  properties["a"] = properties["b"] = 0;
  // The order matters: the property that came last is taken back without a table.
  delete properties["a"];
  delete properties["b"];
}

/**
 * Of texts and what they name so many characters are kept, twice: others are as fast to parse, or
 * rare.
 */
const KEPT_SIZE = 1 << 18;
const LONGEST_KEPT = KEPT_SIZE / 8;

/**
 * By the text that names them. What is not used while the recent ones are replaced is forgotten.
 */
let recent = new Map<string, NameList>();
let older = new Map<string, NameList>();
let recentSize = 0;

/** The names in a text that `writeNames` wrote. */
export function nameListOf(text: string): NameList {
  let list = recent.get(text);
  if (list !== undefined) return list;
  list = older.get(text) ?? new NameList(parseNames(text));
  if (text.length <= LONGEST_KEPT) keep(text, list);
  return list;
}

function keep(text: string, list: NameList): void {
  recentSize += text.length;
  if (recentSize > KEPT_SIZE) {
    older = recent;
    recent = new Map();
    recentSize = text.length;
  }
  recent.set(text, list);
}
