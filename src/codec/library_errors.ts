/**
 * The errors of this package keep their class when they travel. They are known by an URL of their
 * own: the two sides may be different runtimes, which load the package from different places.
 *
 * @module
 * @internal
 */

import { errorClasses } from "../errors.ts";
import { registerClass } from "./registry.ts";

const meta = { url: "nproc:errors" } as ImportMeta;

for (const cls of Object.values(errorClasses)) registerClass(meta, cls as typeof Error);
