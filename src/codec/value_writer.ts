/**
 * Encodes values: what is said of an object depends on what it is, and each such thing has its
 * file.
 *
 * @module
 * @internal
 */

import { writeArray } from "./arrays.ts";
import { brandOf, isErrorBrand } from "./brands.ts";
import { writeBuiltin } from "./builtins.ts";
import { ByteWriter } from "./byte_writer.ts";
import { writeRegistered } from "./classes.ts";
import { exportedClass } from "../code/exported_class.ts";
import { ObjectNumbers } from "./identity.ts";
import { writeKind } from "./extensions.ts";
import { writeObject } from "./objects.ts";
import type { Mark, Writer } from "./codec_context.ts";
import { Path, type Root, SAME, type Step } from "./path.ts";
import { hostClass, writeHost } from "./platform.ts";
import { type DeliveryHooks, extensionOf, type HeldBy } from "./extension.ts";
import { classOfPrototype, type RegisteredClass } from "../code/registered_class.ts";
import { Shapes } from "./shapes.ts";
import * as tag from "./tags.ts";
import { transferListOf } from "./transfer.ts";
import type { Transfers } from "./transfers.ts";
import { ViewedMemory } from "./viewed_memory.ts";

const OBJECT_PROTOTYPE: object = Object.prototype;
const ARRAY_PROTOTYPE: object = Array.prototype;
const NOTHING_SHOWN = { buffers: 0, shown: 0 };

/**
 * Encodes values: what is said of an object depends on what it is, and each such thing has its
 * file.
 */
export class ValueWriter implements Writer {
  readonly out: ByteWriter = new ByteWriter();
  readonly path: Path = new Path();
  readonly shapes: Shapes = new Shapes();
  readonly classes: RegisteredClass[] = [];
  readonly transfers: Transfers;
  readonly memory: ViewedMemory = new ViewedMemory();
  /** What values do that were written at a position or before. */
  readonly hooks: { readonly hooks: DeliveryHooks; readonly at: number }[] = [];
  /** What is kept for them. */
  readonly kept: { readonly object: object; readonly at: number }[] = [];
  /** How many errors hold each other where it is encoding. */
  errors: number = 0;
  readonly channel: unknown;
  readonly peer: unknown;
  readonly heldBy: HeldBy;
  readonly #identity = new ObjectNumbers();

  constructor(transfers: Transfers, channel: unknown, peer: unknown, heldBy: HeldBy) {
    this.transfers = transfers;
    this.channel = channel;
    this.peer = peer;
    this.heldBy = heldBy;
  }

  onDelivery(hooks: DeliveryHooks): void {
    this.hooks.push({ hooks, at: this.out.position });
  }

  keep(object: object): void {
    this.kept.push({ object, at: this.out.position });
  }

  /** Encodes one value with all that it holds. */
  root(value: unknown, root: Root): void {
    this.path.root = root;
    this.value(value, SAME);
    this.memory.flush(this.out, (reason) => this.path.refuse(SAME, reason));
  }

  /** Ends a value: the next one shares nothing with it. */
  end(): void {
    this.path.clear();
    this.#identity.rollback(0);
    this.memory.rollback(NOTHING_SHOWN);
    this.shapes.count = 0;
    this.classes.length = 0;
  }

  /** Encodes what `step` leads to. */
  value(value: unknown, step: Step): void {
    switch (typeof value) {
      case "number":
        return this.out.number(value);
      case "string":
        return this.out.string(value);
      case "object":
        return value === null ? this.out.byte(tag.NULL) : this.#object(value, step);
      case "boolean":
        return this.out.byte(value ? tag.TRUE : tag.FALSE);
      case "undefined":
        return this.out.byte(tag.UNDEFINED);
      case "bigint":
        return this.out.bigint(value);
      case "function":
        return this.#function(value, step);
      default:
        throw this.path.refuse(step, "is a symbol");
    }
  }

  /** Whether an object was met before; then it is written already. */
  reference(value: object): boolean {
    const number = this.#identity.meet(value);
    if (number < 0) return false;
    this.out.byte(tag.REFERENCE);
    this.out.uint(number);
    return true;
  }

  /** Whether an object was met before. */
  knows(value: object): boolean {
    return this.#identity.has(value);
  }

  /** Leaves a value to the channel. */
  attach(value: object): void {
    this.out.byte(tag.ATTACHMENT);
    this.out.uint(this.transfers.attach(value));
  }

  mark(): Mark {
    return {
      position: this.out.position,
      objects: this.#identity.count,
      shapes: this.shapes.count,
      classes: this.classes.length,
      depth: this.path.depth,
      errors: this.errors,
      attachments: this.transfers.attachments.length,
      transfers: this.transfers.list.length,
      memory: this.memory.mark(),
    };
  }

  rollback(mark: Mark): void {
    this.truncate(mark.position);
    this.#identity.rollback(mark.objects);
    this.shapes.count = mark.shapes;
    this.classes.length = mark.classes;
    this.path.depth = mark.depth;
    this.errors = mark.errors;
    this.transfers.attachments.length = mark.attachments;
    this.transfers.list.length = mark.transfers;
    this.memory.rollback(mark.memory);
  }

  /** Drops the bytes from there on, with what their values had in mind. */
  truncate(position: number): void {
    while (this.hooks.length > 0 && this.hooks.at(-1)!.at > position) {
      this.hooks.pop()!.hooks.dropped();
    }
    while (this.kept.length > 0 && this.kept.at(-1)!.at > position) this.kept.pop();
    this.out.position = position;
  }

  #object(value: object, step: Step): void {
    if (this.reference(value)) return;
    if (this.path.depth >= tag.MAX_DEPTH) {
      throw this.path.refuse(SAME, `holds objects within objects more than ${tag.MAX_DEPTH} deep`);
    }
    const list = transferListOf(value);
    if (list !== undefined) this.transfers.add(list);
    const prototype: object | null = Object.getPrototypeOf(value);
    if (prototype === OBJECT_PROTOTYPE) {
      this.path.enter(value, step);
      writeObject(this, value);
    } else if (prototype === ARRAY_PROTOTYPE && Array.isArray(value)) {
      this.path.enter(value, step);
      writeArray(this, value);
    } else {
      this.#special(value, prototype, step);
      return;
    }
    this.path.depth--;
  }

  #function(value: object, step: Step): void {
    if (this.reference(value)) return;
    const kind = extensionOf(value);
    if (kind === undefined) throw this.path.refuse(step, "is a function that no module exports");
    this.path.enter(value, step);
    writeKind(this, kind, value);
    this.path.depth--;
  }

  #special(value: object, prototype: object | null, step: Step): void {
    if (this.transfers.moves(value) && !this.memory.has(value)) return this.attach(value);
    this.path.enter(value, step);
    const kind = extensionOf(value);
    if (kind === undefined) this.#instance(value, prototype);
    else writeKind(this, kind, value);
    this.path.depth--;
  }

  #instance(value: object, prototype: object | null): void {
    const brand = brandOf(value, prototype);
    const registered = prototype === null || isErrorBrand(brand)
      ? undefined
      : classOfPrototype(prototype);
    if (registered !== undefined) return writeRegistered(this, registered, value, brand);
    const host = brand === "none" ? hostClass(value, prototype) : undefined;
    if (host !== undefined) return writeHost(this, value, host);
    const exported = prototype === null || isErrorBrand(brand)
      ? undefined
      : exportedClass(prototype, this.errors === 0);
    if (exported === undefined) writeBuiltin(this, value, brand);
    else writeRegistered(this, exported, value, brand);
  }
}
