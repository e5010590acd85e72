/**
 * What refusals call what a map was given, and what it gives: callers know items, not chunks. An
 * item of a map is an element of `args`, by its place in the input, as an argument of a call is.
 *
 * @module
 * @internal
 */

import type { Root } from "../codec/path.ts";

/** The first index of a path, and what follows. */
const indexed = /^\[(\d+)\](.*)$/s;

/**
 * Names what is in a list of which the first element is number `first` of what the caller knows as
 * `name`.
 */
export function elementsOf(name: string, first: number): (path: string) => string {
  return (path) => {
    const [, index, rest] = indexed.exec(path) ?? [];
    return index === undefined ? name : `${name}[${first + Number(index)}]${rest}`;
  };
}

/**
 * Names what is in a chunk: of items, or of those and of the options that are every call's last
 * argument.
 */
export function chunkRoot(first: number, hasKwargs: boolean): Root {
  const items = elementsOf("args", first);
  if (!hasKwargs) return items;
  return (path) => path.startsWith("[1]") ? `kwargs${path.slice(3)}` : items(path.slice(3));
}

/**
 * Names what is in a chunk of rows, each of which has an element of every input of an executor's
 * map.
 */
export function rowsRoot(first: number, inputs: number): Root {
  const rows = elementsOf("args", first);
  return (path) => {
    const [, index, input, rest] = /^\[(\d+)\]\[(\d+)\](.*)$/s.exec(path) ?? [];
    if (index === undefined) return rows(path);
    const row = first + Number(index);
    return inputs === 1 ? `args[${row}]${rest}` : `args[${row}][${input}]${rest}`;
  };
}

/**
 * Names what is in the calls of a managed pool's map: items, or lists of arguments that are items.
 */
export function callsRoot(first: number, areLists: boolean): (path: string) => string {
  const calls = elementsOf("args", first);
  return (path) => {
    if (areLists) return calls(path);
    const [, index, argument, rest] = /^\[(\d+)\]\[(\d+)\](.*)$/s.exec(path) ?? [];
    if (index === undefined) return calls(path);
    return argument === "0" ? `args[${first + Number(index)}]${rest}` : `kwargs${rest}`;
  };
}
