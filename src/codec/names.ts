/**
 * The names of an object's properties, where they are many.
 *
 * An engine keeps one copy of each property's name, and finds that for a string that comes from
 * elsewhere in a microsecond or so, a property. Its JSON parser does it in less than a tenth of
 * that: so the names travel as JSON, as keys of small objects (a large one would take as long to
 * build as the object itself).
 *
 * @module
 * @internal
 */

import { type ByteWriter, TEXT_HEAD } from "./byte_writer.ts";
import { DecodeFailure } from "./failure.ts";

/** From so many names on it is worth it. */
export const WIDE = 32;
/** How many names one object of the JSON text has. */
const CHUNK = 24;

/**
 * Before each name: a bracket, brace or comma, and a quotation mark. After it: the rest of the
 * property.
 */
const AROUND = 7;

const [QUOTE, BACKSLASH, ZERO, COLON, COMMA] = [0x22, 0x5c, 0x30, 0x3a, 0x2c];
const [BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Encodes names. */
export function writeNames(out: ByteWriter, names: readonly string[]): void {
  const start = out.position;
  if (writeAscii(out, names)) return;
  out.position = start;
  const chunks: string[] = [];
  for (let i = 0; i < names.length; i += CHUNK) {
    const properties = names.slice(i, i + CHUNK).map((name) => `${JSON.stringify(name)}:0`);
    chunks.push(`{${properties.join()}}`);
  }
  out.string(`[${chunks.join()}]`);
}

/** Writes names letter by letter; `false` if JSON writes one in another way than it is. */
function writeAscii(out: ByteWriter, names: readonly string[]): boolean {
  const start = out.position + TEXT_HEAD;
  out.reserve(TEXT_HEAD + 2);
  out.position = start;
  out.bytes[out.position++] = BRACKET;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    const { length } = name;
    out.reserve(length + AROUND);
    const { bytes } = out;
    let { position } = out;
    if (i > 0) bytes[position++] = COMMA;
    if (i % CHUNK === 0) bytes[position++] = BRACE;
    bytes[position++] = QUOTE;
    for (let j = 0; j < length; j++) {
      const code = name.charCodeAt(j);
      if (code > 0x7e || code < 0x20 || code === QUOTE || code === BACKSLASH) return false;
      bytes[position++] = code;
    }
    bytes[position++] = QUOTE;
    bytes[position++] = COLON;
    bytes[position++] = ZERO;
    if ((i + 1) % CHUNK === 0 || i + 1 === names.length) bytes[position++] = BRACE_END;
    out.position = position;
  }
  out.byte(BRACKET_END);
  out.endText(start);
  return true;
}

/** Decodes names. */
export function parseNames(text: string): readonly string[] {
  const chunks: unknown = JSON.parse(text);
  if (!Array.isArray(chunks)) throw new DecodeFailure("it lacks the names of properties");
  const names: string[] = [];
  for (const chunk of chunks) {
    // A text or a list has keys of its own, many more than bytes stand for them.
    if (typeof chunk !== "object" || chunk === null || Array.isArray(chunk)) {
      throw new DecodeFailure("it lacks the names of properties");
    }
    for (const name of Object.keys(chunk)) names.push(name);
  }
  return names;
}
