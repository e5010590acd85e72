/** A bare child that has loaded what a worker of the pool in `startup.ts` loads. */

import "./startup.ts";
import "./child.ts";
