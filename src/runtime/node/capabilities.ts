/**
 * What Node can do.
 *
 * @module
 * @internal
 */

import type { Capabilities } from "../runtime.ts";

/** The capabilities of Node 24 and later. */
export const node: Capabilities = {
  name: "node",
  permits: () => true,
  mayRun: () => true,
  mayListen: () => true,
  restrictsChildren: false,
  threadsOutliveTheirEnd: false,
  mayCrashEndingEarly: false,
  threadsPrint: false,
  reportsErrorsAsEvents: false,
  clonesKeys: true,
  keepsSourceText: true,
  decodesStackURLs: false,
  hasAddressLimit: true,
  hasSynchronousInspector: true,
  takesScript: true,
  childArgumentsAt: 1,
  copiesPropertiesFast: true,
};
