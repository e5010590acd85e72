/**
 * In which file a function was written, as the engine knows it. Costs 50 to 100 ms when it is first
 * asked, and 5 ms then: it is the last resort, where a program imports what no text names.
 *
 * @module
 * @internal
 */

import type * as Inspector from "node:inspector";
import process from "node:process";
import { capabilities } from "./capabilities.ts";

/** What a function is called while the inspector looks at it. */
const shown = Symbol.for("@nproc/multiprocessing function to locate");

/**
 * The URL of the module that a function or a class was written in, where V8's inspector can be
 * asked at once: on Node, unless its permission model forbids it. Bun has none, and Deno's answers
 * later. A debugger that is attached has a session of its own, and keeps its breakpoints.
 */
export function locateFunction(value: object): string | undefined {
  if (!capabilities.hasSynchronousInspector) return undefined;
  const { Session } = process.getBuiltinModule("node:inspector");
  const session = new Session();
  try {
    session.connect();
    return locate(session, value);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    // No inspector for this program: ERR_ACCESS_DENIED, ERR_INSPECTOR_NOT_AVAILABLE.
    return undefined;
  } finally {
    session.disconnect();
    Reflect.deleteProperty(globalThis, shown);
  }
}

function locate(session: Inspector.Session, value: object): string | undefined {
  let url: string | undefined;
  let scriptId: string | undefined;
  Reflect.set(globalThis, shown, value);
  const expression = `globalThis[Symbol.for(${JSON.stringify(shown.description)})]`;
  // On Node each of them is answered before it returns.
  session.post("Runtime.evaluate", { expression }, (_, evaluated) => {
    const objectId = evaluated?.result.objectId;
    if (objectId === undefined) return;
    session.post("Runtime.getProperties", { objectId }, (_, { internalProperties = [] }) => {
      const found = internalProperties.find(({ name }) => name === "[[FunctionLocation]]");
      scriptId = (found?.value?.value as { scriptId?: string } | undefined)?.scriptId;
    });
  });
  if (scriptId === undefined) return undefined;
  session.on("Debugger.scriptParsed", ({ params }) => {
    if (params.scriptId === scriptId) url = params.url;
  });
  session.post("Debugger.enable");
  session.post("Debugger.disable");
  return url?.startsWith("file:///") ? url : undefined;
}
