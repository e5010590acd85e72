/**
 * What the parts of the codec, each of which knows one sort of object, see of the whole.
 *
 * @module
 * @internal
 */

import type { ByteReader } from "./byte_reader.ts";
import type { ByteWriter } from "./byte_writer.ts";
import type { NameList } from "./name_lists.ts";
import type { Origin } from "../code/origin.ts";
import type { Path, Step } from "./path.ts";
import type { Departure } from "./extension.ts";
import type { RegisteredClass } from "../code/registered_class.ts";
import type { Room } from "./room.ts";
import type { Shapes } from "./shapes.ts";
import type { Transfers } from "./transfers.ts";
import type { MemoryMark, MemoryReader, ViewedMemory } from "./viewed_memory.ts";

/** A state to which a writer can go back. */
export interface Mark {
  readonly position: number;
  readonly objects: number;
  readonly shapes: number;
  readonly classes: number;
  readonly depth: number;
  readonly attachments: number;
  readonly transfers: number;
  readonly errors: number;
  readonly memory: MemoryMark;
}

/** A value being encoded. */
export interface Writer extends Departure {
  readonly out: ByteWriter;
  readonly path: Path;
  readonly shapes: Shapes;
  readonly classes: RegisteredClass[];
  readonly transfers: Transfers;
  /** What is shown of buffers that are not values of their own. */
  readonly memory: ViewedMemory;
  /** How many errors hold each other where it is encoding. */
  errors: number;
  /** Encodes what `step` leads to. */
  value(value: unknown, step: Step): void;
  /** Whether an object was met before; then it is written already. */
  reference(value: object): boolean;
  /** Whether an object was met before. */
  knows(value: object): boolean;
  /** Leaves a value to the channel. */
  attach(value: object): void;
  mark(): Mark;
  rollback(mark: Mark): void;
}

/** A value being decoded. */
export interface Reader {
  readonly input: ByteReader;
  /** Who wrote it, by what it may do here. */
  readonly origin: Origin;
  /** Whether another program wrote it. */
  readonly isForeign: boolean;
  /** How much memory it may take. */
  readonly room: Room;
  /** Who wrote it, for kinds that know them. */
  readonly peer: unknown;
  readonly shapes: NameList[];
  /** The memory behind views. */
  readonly memory: MemoryReader;
  readonly classes: RegisteredClass[];
  /** Decodes what comes next. */
  value(): unknown;
  /** Whether the next byte is this tag; then it is passed. */
  skips(expected: number): boolean;
  /** Numbers an object, which must come before what it holds. */
  add<T>(object: T): T;
  /** Numbers an object that is made only when what it holds is known. */
  reserve(): number;
  /** Gives the object that a number was reserved for. */
  fill<T>(number: number, object: T): T;
  /** What `revive` makes of the description at `start`, or made of it before. */
  revived(start: number, revive: () => object): object;
}
