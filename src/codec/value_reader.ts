/**
 * Decodes values: the other half of `value_writer.ts`.
 *
 * @module
 * @internal
 */

import { readArray } from "./arrays.ts";
import { readBuffer, readPartBuffer, readPartView, readView, readWholeView } from "./buffers.ts";
import { readBox, readDate, readRegExp } from "./builtins.ts";
import type { ByteReader } from "./byte_reader.ts";
import { readInstance, readSubclass } from "./classes.ts";
import { readMap, readSet } from "./collections.ts";
import { readError } from "./errors.ts";
import { DecodeFailure } from "./failure.ts";
import { readKind } from "./extensions.ts";
import type { NameList } from "./name_lists.ts";
import { readObject } from "./objects.ts";
import { isForeign, type Origin } from "../code/origin.ts";
import type { Reader } from "./codec_context.ts";
import type { RegisteredClass } from "../code/registered_class.ts";
import { Room } from "./room.ts";
import * as tag from "./tags.ts";
import { MemoryReader } from "./viewed_memory.ts";

/** In place of an object that is not made yet. */
const PENDING = Symbol("pending");

/** Decodes values: the other half of `ValueWriter`. */
export class ValueReader implements Reader {
  readonly input: ByteReader;
  readonly attachments: readonly unknown[];
  readonly origin: Origin;
  readonly isForeign: boolean;
  readonly peer: unknown;
  readonly shapes: NameList[] = [];
  readonly classes: RegisteredClass[] = [];
  readonly memory: MemoryReader;
  readonly room: Room;
  /** What a kind threw: that is passed on as it is. */
  thrownByKind: unknown;
  readonly #objects: unknown[] = [];
  /**
   * What kinds have revived, by where it is described: a value that is read again revives nothing
   * twice.
   */
  #revived: Map<number, object> | undefined;
  #depth = 0;

  constructor(
    input: ByteReader,
    attachments: readonly unknown[],
    origin: Origin,
    peer: unknown,
  ) {
    this.input = input;
    this.attachments = attachments;
    this.origin = origin;
    this.isForeign = isForeign(origin);
    this.room = new Room(origin);
    this.memory = new MemoryReader(this.room);
    this.peer = peer;
  }

  /** Decodes one value with all that it holds. */
  root(): unknown {
    if (this.#objects.length > 0) this.#objects.length = 0;
    if (this.shapes.length > 0) this.shapes.length = 0;
    if (this.classes.length > 0) this.classes.length = 0;
    this.#depth = 0;
    this.memory.restart();
    this.room.begin(this.input.remaining);
    const value = this.value();
    if (this.memory.end > 0) this.input.position = this.memory.end;
    return value;
  }

  /** Decodes what comes next. */
  value(): unknown {
    const { input } = this;
    const first = input.byte();
    if (first >= tag.SMALL_INT) return first & ~tag.SMALL_INT;
    if (first >= tag.SHORT_ASCII) return input.ascii(first & tag.SHORT_ASCII_MAX);
    switch (first) {
      case tag.UNDEFINED:
        return undefined;
      case tag.NULL:
        return null;
      case tag.TRUE:
        return true;
      case tag.FALSE:
        return false;
      case tag.INT8:
      case tag.INT16:
      case tag.INT32:
        return input.integer(first);
      case tag.FLOAT64:
        return input.float();
      case tag.UTF8:
      case tag.UTF16:
        return input.longString(first);
      case tag.BIGINT64:
      case tag.BIGINT:
        return input.bigint(first);
      case tag.REFERENCE:
        return this.#reference();
      default: {
        if (++this.#depth > tag.MAX_DEPTH + 1) throw new DecodeFailure("it is nested too deeply");
        if (this.room.isCounted) this.room.takeObject(first);
        const object = this.#object(first);
        this.#depth--;
        return object;
      }
    }
  }

  /** Whether the next byte is this tag; then it is passed. */
  skips(expected: number): boolean {
    const { input } = this;
    if (input.bytes[input.position] !== expected) return false;
    input.position++;
    return true;
  }

  /** Numbers an object, which must come before what it holds. */
  add<T>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  /** Numbers an object that is made only when what it holds is known. */
  reserve(): number {
    return this.#objects.push(PENDING) - 1;
  }

  /** Gives the object that a number was reserved for. */
  fill<T>(number: number, object: T): T {
    this.#objects[number] = object;
    return object;
  }

  /** Begins another message, whose descriptions may stand where those of the one before did. */
  forget(): void {
    this.#revived = undefined;
  }

  /** What `revive` makes of the description at `start`, or made of it before. */
  revived(start: number, revive: () => object): object {
    const known = this.#revived?.get(start);
    if (known !== undefined) return known;
    try {
      const object = revive();
      (this.#revived ??= new Map()).set(start, object);
      return object;
    } catch (error) {
      this.thrownByKind = error;
      throw error;
    }
  }

  #reference(): unknown {
    const object = this.#objects[this.input.uint()];
    if (object === undefined || object === PENDING) {
      throw new DecodeFailure("it refers to an unknown object");
    }
    return object;
  }

  #object(first: number): unknown {
    switch (first) {
      case tag.OBJECT:
      case tag.SHAPED_OBJECT:
      case tag.WIDE_OBJECT:
        return readObject(this, first);
      case tag.ARRAY:
      case tag.ARRAY_NAMED:
      case tag.INTEGERS:
      case tag.INTEGERS_NAMED:
      case tag.FLOATS:
      case tag.FLOATS_NAMED:
        return readArray(this, first);
      case tag.DATE:
        return readDate(this);
      case tag.REGEXP:
        return readRegExp(this);
      case tag.BOXED:
        return readBox(this);
      case tag.MAP:
        return readMap(this);
      case tag.SET:
        return readSet(this);
      case tag.BUFFER:
      case tag.RESIZABLE_BUFFER:
        return readBuffer(this, first);
      case tag.VIEW:
        return readView(this);
      case tag.WHOLE_VIEW:
        return readWholeView(this);
      case tag.PART_VIEW:
        return readPartView(this);
      case tag.PART_BUFFER:
        return readPartBuffer(this);
      case tag.ERROR:
        return readError(this);
      case tag.INSTANCE:
        return readInstance(this);
      case tag.SUBCLASS:
        return readSubclass(this);
      case tag.KIND:
        return readKind(this);
      case tag.ATTACHMENT:
        return this.#attachment();
      default:
        throw new DecodeFailure(`it holds an unknown tag (${first})`);
    }
  }

  #attachment(): unknown {
    const number = this.input.uint();
    if (number >= this.attachments.length) {
      throw new DecodeFailure("it holds an object of the platform that cannot be read here");
    }
    return this.add(this.attachments[number]);
  }
}
