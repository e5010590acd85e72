/**
 * What Bun can do.
 *
 * @module
 * @internal
 */

import type { Capabilities } from "../runtime.ts";

/** Whether `bun build --compile` has made the program. */
const isExecutable = /^file:\/\/\/(\$bunfs|[A-Z]:\/(~|%7E)BUN)\//.test(import.meta.url);

/** The capabilities of Bun 1.4 and later. */
export const bun: Capabilities = {
  name: "bun",
  permits: () => true,
  mayRun: () => true,
  mayListen: () => true,
  restrictsChildren: false,
  threadsOutliveTheirEnd: false,
  // oven-sh/bun#41022
  mayCrashEndingEarly: true,
  threadsPrint: false,
  // Under `bun test`.
  reportsErrorsAsEvents: true,
  clonesKeys: true,
  // It prints what it has made of a module, and makes something else of it under an inspector.
  keepsSourceText: false,
  decodesStackURLs: false,
  hasAddressLimit: true,
  hasSynchronousInspector: false,
  takesScript: !isExecutable,
  childArgumentsAt: isExecutable ? 2 : 1,
  // JavaScriptCore adds them one by one.
  copiesPropertiesFast: false,
};
