/**
 * A request to start a child, and what the runtime needs to know to start it.
 *
 * @module
 * @internal
 */

import { mainModule } from "../code/load_module.ts";
import type { EncodedMessage } from "../codec/encoder.ts";
import { arenaOfThreads } from "../memory/arena.ts";
import { processFile } from "../runtime/common_memory.ts";
import { launch } from "../runtime/launch.ts";
import { isRestricted } from "../runtime/permissions.ts";
import type { Permissions, SpawnRequest, ThreadIdentity } from "../runtime/runtime.ts";
import type { Scratch } from "../runtime/scratch.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { newThreadId, processStamp } from "../runtime/thread_id.ts";
import { self } from "./identity.ts";

/** A child to start. */
export interface StartRequest {
  readonly entry: string;
  readonly role: string;
  readonly name: string;
  readonly identity?: string | undefined;
  readonly daemon: boolean;
  readonly method: StartMethod;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly permissions?: Permissions | undefined;
  readonly scratch?: Scratch | undefined;
  /** Whether it ignores the signals that stop a whole program, and lets this child decide. */
  readonly outlivesStopSignals?: boolean;
  /** Makes its first frame; called when the child may be started. */
  readonly first?: () => EncodedMessage;
}

/**
 * What the runtime starts a child with, besides its first frame. `stamp`: see `memory/members.ts`.
 */
export function spawnRequest(request: StartRequest, stamp: number): SpawnRequest {
  const { entry, role, name, identity, daemon, method, env, permissions, scratch } = request;
  const { outlivesStopSignals = false } = request;
  const isIsolated = isRestricted(permissions);
  const parent = { name: self().name, pid: self().pid };
  return {
    entry,
    boot: {
      ...{ role, name, identity, daemon, method, parent, main: mainModule() },
      ...{ outlivesStopSignals, isIsolated, launch, stamp, parentStamp: processStamp() },
      ...(method === "worker" && { thread: newThread(stamp) }),
    },
    env,
    permissions,
    scratch,
    memory: isIsolated ? undefined : processFile(),
  };
}

function newThread(stamp: number): ThreadIdentity {
  const arena = arenaOfThreads();
  const pid = newThreadId();
  // Without memory to share, nobody asks who holds a lock there.
  if (arena === undefined) return { pid, memberId: 0, parentMemberId: 0 };
  return { pid, memberId: arena.members.enter(pid, stamp), parentMemberId: arena.me };
}
