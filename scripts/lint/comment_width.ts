/** Keeps comments within a number of columns: `deno fmt` breaks code, but not comments. */

/** A comment: one block, or lines of `//` that stand one below the other. */
export interface Comment {
  type: "Block" | "Line";
  /** What stands between its delimiters; the lines of `//` in their order. */
  values: readonly string[];
  /** How many columns stand before it. */
  column: number;
}

/** Directives for tools are one line, however long. */
const directive = /^\s*(deno-lint-ignore|deno-fmt-ignore|@ts-|@runs-on|\/ <reference)/;

/** Whether a comment has a line that ends behind a column and could be broken. */
export function isTooWide(comment: Comment, columns: number): boolean {
  return written(comment).some((line, i) => {
    const width = (i === 0 || comment.type === "Line" ? comment.column : 0) + widthOf(line);
    // The marks of the comment are followed by one word that cannot be broken, such as a URL.
    const isOneWord = /^\s*(\/\*\*?|\/\/|\*)?\s*(- )?\S+$/.test(line);
    return width > columns && !isOneWord && !directive.test(line.replace(/^\s*\/\//, ""));
  });
}

/** The comment with its wide paragraphs broken anew; nothing where that cannot be done. */
export function narrowed(comment: Comment, columns: number): string | undefined {
  const indent = " ".repeat(comment.column);
  // " * " and "// " take three columns each.
  const width = columns - comment.column - 3;
  if (comment.type === "Line") {
    const lines = wrapped(comment.values.map((value) => value.replace(/^ /, "")), width);
    return lines.map((line) => `// ${line}`.trimEnd()).join(`\n${indent}`);
  }
  const [value] = comment.values;
  if (!value!.startsWith("*")) return undefined;
  const texts = value!.slice(1).trim().split("\n").map((line) => line.replace(/^\s*\* ?/, ""));
  const lines = wrapped(texts, width).map((line) => `${indent} * ${line}`.trimEnd());
  return ["/**", ...lines, `${indent} */`].join("\n");
}

/** The lines of a comment as they stand in the file, without what is before the first. */
function written({ type, values }: Comment): string[] {
  return type === "Line" ? values.map((value) => `//${value}`) : `/*${values[0]}*/`.split("\n");
}

/** How many columns a text takes: one for each character. */
const widthOf = (text: string): number => [...text].length;

/** Breaks the paragraphs anew that have a line wider than that; all else stays as it is. */
function wrapped(lines: readonly string[], width: number): string[] {
  return paragraphs(lines).flatMap((paragraph) => {
    const isWide = paragraph.text && paragraph.lines.some((line) => widthOf(line) > width);
    return isWide ? broken(paragraph.lines, width) : paragraph.lines;
  });
}

interface Paragraph {
  lines: string[];
  /** Whether it is running text: no code, no table, no empty line. */
  text: boolean;
}

function paragraphs(lines: readonly string[]): Paragraph[] {
  const found: Paragraph[] = [];
  let isCode = false;
  for (const line of lines) {
    const isFence = /^\s*```/.test(line);
    const text = !isCode && !isFence && !/^\s*($|\||#|<)/.test(line) && !directive.test(line);
    const last = found.at(-1);
    if (text && last?.text && !/^\s*([-*+]|\d+\.|@\w+) /.test(line)) last.lines.push(line);
    else found.push({ lines: [line], text });
    if (isFence) isCode = !isCode;
  }
  return found;
}

/** Breaks a paragraph. The lines after the first of a list's item are indented as its text is. */
function broken(lines: readonly string[], width: number): string[] {
  const [, indent = "", mark = ""] = /^(\s*)((?:[-*+]|\d+\.) )?/.exec(lines[0]!) ?? [];
  const hanging = indent + " ".repeat(mark.length);
  const all: string[] = [];
  let line = indent + mark;
  let isEmpty = true;
  for (const word of wordsOf(lines.join(" ").slice(line.length))) {
    if (!isEmpty && widthOf(`${line} ${word}`) > width) {
      all.push(line);
      line = hanging;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...all, line];
}

/** The parts of a text that are not broken: words, and code in backticks. */
function wordsOf(text: string): string[] {
  const hasWholeCode = text.split("`").length % 2 === 1;
  const words = text.match(hasWholeCode ? /(?:[^\s`]|`[^`]*`)+/g : /\S+/g) ?? [];
  const glued: string[] = [];
  for (const word of words) {
    // At the beginning of a line it would be a list, a heading or a tag.
    if (glued.length > 0 && /^([-*+#|]|\d+\.|@\w+)$/.test(word)) {
      glued.push(`${glued.pop()} ${word}`);
    } else glued.push(word);
  }
  return glued;
}
