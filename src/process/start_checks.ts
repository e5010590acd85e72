/**
 * When a child may be started, and what is said where it may not, or could not become one.
 *
 * @module
 * @internal
 */

import { isLoadingModule } from "../code/load_module.ts";
import { isOtherCopy } from "../runtime/boot.ts";
import { capabilities } from "../runtime/capabilities.ts";
import { isRunningBundle, mainPartStop } from "../runtime/main_part.ts";
import type { Permissions } from "../runtime/runtime.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { self } from "./identity.ts";

const missingGuard = (name: string) =>
  `Cannot start ${name} as this child is still importing a module for its parent. ` +
  "The main module starts children wherever it is imported: put its main part behind\n\n" +
  "    if (import.meta.main) {\n      // ...\n    }\n";

const mainPartRuns = (name: string) =>
  `Cannot start ${name} as this child runs the main part of its program. Where a bundler has made ` +
  "import.meta.main true in children, too, put that behind\n\n" +
  "    if (import.meta.main && parentProcess() === undefined) {\n      // ...\n    }\n";

/** Why a child ended whose script did not lead to what would have made it one. */
export const noRole = (name: string, entry: string): string =>
  `Cannot start ${name} as it imported ${entry} and nothing there made it a child. Where that is part ` +
  "of a bundle, or is no longer there, bundle the program so that import.meta.url is the bundle's, or " +
  'leave this package out of the bundle: see "Bundlers" in its README';

/** Refuses to start a child where that cannot be right. */
export function checkMayStart(
  { name, method, permissions }: {
    readonly name: string;
    readonly method: StartMethod;
    readonly permissions?: Permissions | undefined;
  },
): void {
  if (isRunningBundle()) throw mainPartStop(mainPartRuns(name));
  if (isLoadingModule()) throw new Error((isOtherCopy() ? mainPartRuns : missingGuard)(name));
  if (self().daemon) {
    throw new Error(`Cannot start ${name} as daemonic processes are not allowed to have children`);
  }
  if (permissions !== undefined && permissions !== "inherit" && !capabilities.restrictsChildren) {
    throw new Error(
      `Cannot start ${name} with permissions as ${capabilities.name} has none to give or to take`,
    );
  }
  if (permissions !== undefined && permissions !== "inherit" && method === "worker") {
    throw new Error(
      `Cannot start ${name} with permissions of its own as a worker has its program's: ` +
        'use the start method "process"',
    );
  }
}
