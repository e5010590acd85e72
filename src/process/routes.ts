/**
 * What every child listens for on its links, whatever its role: wake-ups, and names of shared
 * memory.
 *
 * @module
 * @internal
 */

import { connectWakeRouter } from "../memory/wake_port.ts";
import { lookForGone } from "../runtime/resource_tracker.ts";
import { router } from "./frame_router.ts";
import { frameKind } from "./messages.ts";
import { forgetsName, keepsName } from "./names.ts";
import { forgetSleepers, noteSleep, takeWake, wakeRouter } from "./wake_router.ts";

router.on(frameKind.sleeps, noteSleep);
router.on(frameKind.wakes, takeWake);
router.on(frameKind.keeps, keepsName);
router.on(frameKind.forgets, forgetsName);
router.onLinkEnd(forgetSleepers);
router.onLinkEnd(lookForGone);
connectWakeRouter(wakeRouter);
