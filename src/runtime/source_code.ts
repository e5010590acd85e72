/**
 * Source text that becomes code. A program may forbid that for texts in general
 * (`--disallow-code-generation-from-strings`); what compiles modules and scripts is not concerned.
 *
 * @module
 * @internal
 */

import type * as Vm from "node:vm";
import process from "node:process";

const vm = (): typeof Vm => process.getBuiltinModule("node:vm");

/** Whether a text is one expression, in strict mode or not. */
export function isExpression(text: string): boolean {
  try {
    compile("", text);
    return true;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return false;
  }
}

/** The value of an expression, evaluated in strict mode where it sees globals alone. */
export function evaluate(text: string): unknown {
  return compile(strict, text)();
}

const strict = '"use strict"; ';

function compile(mode: string, text: string): () => unknown {
  try {
    return new Function(`${mode}return (${text}\n)`) as () => unknown;
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    const script = new (vm().Script)(`${mode}(${text}\n)`);
    return () => script.runInThisContext();
  }
}
