/**
 * The errors of this package keep their class when they travel. They are known by an URL of their
 * own: the two sides may be different runtimes, which load the package from different places.
 *
 * @module
 * @internal
 */

import { errorClasses } from "../errors.ts";
import { type AnyClass, registerNamed } from "../code/registered_class.ts";

// By the names that they have here: a class has another where a minifier has been at it.
for (const [name, cls] of Object.entries(errorClasses)) {
  registerNamed("nproc:errors", name, cls as unknown as AnyClass);
}
