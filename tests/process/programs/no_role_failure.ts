/** The module without a role, and then an error. */

import "./no_role_entry.ts";

throw new Error("not in here");
