/**
 * What a child may do compared with this program.
 *
 * @module
 * @internal
 */

import { capabilities } from "./capabilities.ts";
import { permissionNames } from "./deno/permissions.ts";
import type { Permissions } from "./runtime.ts";

/**
 * Whether a child that is started with these may do less than everything. Then it shares no memory
 * either: Deno opens what is below /proc and /dev for those alone that have all permissions.
 */
export function isRestricted(permissions: Permissions | undefined): boolean {
  if (permissions === undefined || permissions === "inherit") return false;
  if (permissions === "none") return true;
  return !permissionNames.every((name) => {
    const value = permissions[name];
    return value === true || (value === "inherit" && capabilities.permits(name));
  });
}
