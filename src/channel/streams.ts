/**
 * Web Streams travel: the child that has a stream keeps it, and the other gets one that is
 * connected with it by a pipe. A stream that was sent is locked on this side, as one that is
 * transferred is.
 *
 * What is read from a `ReadableStream` there, is read here; at most 16 chunks and 1 MiB are under
 * way. A stream of bytes arrives as one. A write to a `WritableStream` there is done when it is
 * done here. The end, errors, a cancel and an abort with its reason pass in their direction; when a
 * child ends, what is left of its stream fails with an `EOFError` in the other. An object that
 * holds both, such as a `Deno.Conn`, arrives as an ordinary object with its own properties and
 * addresses.
 *
 * What keeps a program alive is what an open socket would: a read, a write, a close, and here a
 * stream that others may write to. A stream that is only held does not, nor does its `closed`. A
 * child (not the main program) that ends first delivers what is read of the streams that it sent.
 *
 * @module
 * @internal
 */

import { isolationRefusal } from "../codec/destination.ts";
import { aName } from "../codec/failure.ts";
import { type Departure, registerExtension } from "../codec/extension.ts";
import { classOfPrototype } from "../code/registered_class.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { type Connection, isConnection } from "./connection.ts";
import { makePipe } from "./pipe.ts";
import { receivedReadable, SentReadable } from "./readable.ts";
import { StreamLink } from "./stream_link.ts";
import { receivedWritable, SentWritable } from "./writable.ts";

/** A reader or writer: this side's hold on the stream that it sends. */
interface SentStream {
  begin(link: StreamLink): void;
  releaseLock(): void;
}

type Stream = ReadableStream<unknown> | WritableStream<unknown>;

const module = import.meta.url;

function refusal(name: string, stream: Stream, channel: unknown): string | undefined {
  if (stream.locked) return `is ${aName(name)} that is locked`;
  if (channel === undefined) {
    return `is ${aName(name)}, which only children of this program can use`;
  }
  return isolationRefusal(name, channel);
}

/**
 * Makes the pipe of a stream, and gives the other side's end. `hold` locks the stream, at once: it
 * may be sent a little later, and nobody is to use it meanwhile.
 */
function send(hold: () => SentStream, departure: Departure): Connection {
  const [mine, theirs] = makePipe(departure.channel as StartMethod, true);
  const held = hold();
  let hasBegun = false;
  departure.onDelivery({
    sent: () => {
      hasBegun = true;
      // From here on the message holds it alone.
      theirs.close();
      held.begin(new StreamLink(mine));
    },
    dropped: () => {
      if (hasBegun) return;
      theirs.close();
      mine.close();
      held.releaseLock();
    },
  });
  return theirs;
}

type ReadableDescription = [end: Connection, isBytes: boolean];

registerExtension({
  name: "ReadableStream",
  module,
  matches: (value) => value instanceof ReadableStream,
  refuses: (value, channel) => refusal("ReadableStream", value as ReadableStream, channel),
  shape: ["object", "boolean"],
  describe: (value, departure): ReadableDescription => {
    const stream = value as ReadableStream<unknown>;
    const isBytes = givesBytes(stream);
    const hold = (): SentStream => {
      const reader = stream.getReader();
      return {
        begin: (link) => new SentReadable(reader, link).begin(),
        releaseLock: () => reader.releaseLock(),
      };
    };
    return [send(hold, departure), isBytes];
  },
  revive: (description) => {
    const [end, isBytes] = description as ReadableDescription;
    return receivedReadable(new StreamLink(end), isBytes);
  },
});

/** Whether a stream lets its reader say where bytes are to go, which is to be seen only so. */
function givesBytes(stream: ReadableStream<unknown>): boolean {
  try {
    stream.getReader({ mode: "byob" }).releaseLock();
    return true;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return false;
  }
}

registerExtension({
  name: "WritableStream",
  module,
  matches: (value) => value instanceof WritableStream,
  refuses: (value, channel) => refusal("WritableStream", value as WritableStream, channel),
  shape: (description) => isObject(description) && isConnection(description),
  describe: (value, departure): Connection => {
    const hold = (): SentStream => {
      const writer = (value as WritableStream<unknown>).getWriter();
      return {
        begin: (link) => new SentWritable(writer, link).begin(),
        releaseLock: () => writer.releaseLock(),
      };
    };
    return send(hold, departure);
  },
  revive: (description) => receivedWritable(new StreamLink(description as Connection)),
});

/**
 * An object that holds both, such as a `Deno.Conn`, a `TransformStream`, or one of a program's
 * class.
 */
interface Pair {
  readonly readable: ReadableStream<unknown>;
  readonly writable: WritableStream<unknown>;
}

/** What a connection of the platform tells of itself that is no property of its own. */
const addresses = ["localAddr", "remoteAddr"];

registerExtension({
  name: "streams",
  module,
  matches: isPair,
  shape: isPair,
  // It arrives as an ordinary object with its own properties and those of a connection.
  describe: (value): Pair => {
    const { readable, writable } = value as Pair;
    const known = addresses.filter((name) => name in value);
    const told = known.map((name) => [name, Reflect.get(value, name)] as const);
    return { ...Object.fromEntries([...told, ...Object.entries(value)]), readable, writable };
  },
  revive: (description) => description as Pair,
});

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

function isPair(value: unknown): value is Pair {
  if (!isObject(value)) return false;
  if (!("readable" in value && "writable" in value)) return false;
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype !== null && classOfPrototype(prototype) !== undefined) return false;
  return value.readable instanceof ReadableStream && value.writable instanceof WritableStream;
}
