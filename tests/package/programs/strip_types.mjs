/** A loader for webpack. */

import { stripTypeScriptTypes } from "node:module";

/** @param {string} source */
export default function stripTypes(source) {
  return stripTypeScriptTypes(source);
}
