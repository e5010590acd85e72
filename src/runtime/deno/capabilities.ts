/**
 * What Deno can do.
 *
 * @module
 * @internal
 */

import type { Capabilities } from "../runtime.ts";
import { granted, mayRun, requestHost } from "./permissions.ts";

/** The capabilities of Deno 2.9 and later. */
export const deno: Capabilities = {
  name: "deno",
  permits: granted,
  mayRun,
  mayListen: requestHost,
  restrictsChildren: true,
  threadsOutliveTheirEnd: true,
  mayCrashEndingEarly: false,
  threadsPrint: true,
  reportsErrorsAsEvents: false,
  // It arrives without what it holds.
  clonesKeys: false,
  keepsSourceText: true,
  decodesStackURLs: true,
  // Deno does not start with a limit that is of any concern here, and may not read /proc.
  hasAddressLimit: false,
  // It answers later.
  hasSynchronousInspector: false,
  takesScript: true,
  childArgumentsAt: 2,
  copiesPropertiesFast: true,
};
