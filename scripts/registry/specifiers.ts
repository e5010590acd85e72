/** The names of modules that a module imports, and other names in their places. */

import ts from "typescript";

/**
 * Gives the module's text with the names of what it imports replaced: in `import` and `export`, in
 * `import("…")` of a literal, and in types. A name that is computed stays, as on JSR.
 */
export function replaceSpecifiers(text: string, replace: (specifier: string) => string): string {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  let replaced = text;
  // From the end, so that what is before stays where it is.
  for (const { pos, fileName } of importedFiles.toSorted((a, b) => b.pos - a.pos)) {
    const begin = pos + 1; // After the quotation mark.
    const end = begin + fileName.length;
    replaced = replaced.slice(0, begin) + replace(fileName) + replaced.slice(end);
  }
  return replaced;
}
