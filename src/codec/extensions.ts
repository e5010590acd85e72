/**
 * Values that travel by a description of themselves.
 *
 * @module
 * @internal
 */

import { aName, DecodeFailure } from "./failure.ts";
import { mayRunCode } from "../code/origin.ts";
import { SAME } from "./path.ts";
import { hasShape } from "./shape.ts";
import { type CodecExtension, extensionNamed } from "./extension.ts";
import { ModuleNeeded } from "../code/module_needed.ts";
import * as tag from "./tags.ts";
import type { Reader, Writer } from "./codec_context.ts";

/** Encodes a value by its kind's description of it. */
export function writeKind(writer: Writer, kind: CodecExtension, value: object): void {
  if (writer.errors > 0 && kind.isSure?.(value) === false) {
    throw writer.path.refuse(SAME, `is ${aName(kind.name)} that may not be found again`);
  }
  const reason = kind.refuses?.(value, writer.channel, writer.peer);
  if (reason !== undefined) throw writer.path.refuse(SAME, reason);
  writer.out.byte(tag.KIND);
  writer.out.string(kind.name);
  writer.out.string(kind.module ?? "");
  writer.value(kind.describe(value, writer), SAME);
}

/** Why nothing of a kind is revived for who wrote it, if so. */
function whyNotFor({ origin, isForeign, peer }: Reader, kind: CodecExtension): string | undefined {
  if (isForeign && kind.isLocal) return "only children of this program can use";
  // It would be called with the server's permissions.
  const isServed = origin === "restricted" && peer !== undefined;
  if (isServed && kind.isFunction) return "a child of fewer permissions may not send a manager";
  if (!kind.needsProof || mayRunCode(origin)) return undefined;
  return origin === "stranger"
    ? "only who has proven an authKey may send"
    : "a child of fewer permissions may not send";
}

/** Decodes a value of a kind. */
export function readKind(reader: Reader): object {
  const start = reader.input.position;
  const number = reader.reserve();
  const name = reader.input.key();
  const module = reader.input.key();
  const description = reader.value();
  const kind = extensionNamed(name);
  if (kind === undefined) {
    if (module !== "") throw new ModuleNeeded(module, name);
    throw new DecodeFailure(`nothing here knows a ${JSON.stringify(name)}`);
  }
  const why = whyNotFor(reader, kind);
  if (why !== undefined) throw new DecodeFailure(`it holds ${aName(name)}, which ${why}`);
  const { shape } = kind;
  if (!(typeof shape === "function" ? shape(description) : hasShape(description, shape))) {
    throw new DecodeFailure(`it holds ${aName(name)} that is none`);
  }
  return reader.fill(
    number,
    reader.revived(start, () => kind.revive(description, reader.peer, reader.origin)),
  );
}
