/**
 * Record queues in every state that matters, and what must be in them after something has happened.
 */

import { assert, assertEquals } from "@std/assert";
import { RecordQueue } from "../../src/channel/record_queue.ts";
import {
  allocateRecordQueue,
  limitRecordQueue,
  type RecordQueueLimits,
} from "../../src/channel/record_queue_layout.ts";
import { type Player, readRecord, record, Stage } from "./stage.ts";

/** What a record queue is before something happens. */
export interface Scene {
  readonly name: string;
  readonly limits: RecordQueueLimits;
  /** The lengths of the records that are put, and how many of them are taken again. */
  readonly lengths: readonly number[];
  readonly taken: number;
  /** The length of a record that is put later. */
  readonly next: number;
}

/** Into a block of its own. */
const large = 20_000;
/** Four fill a segment. */
const medium = 16_000;
const small = 9;

const scene = (name: string, lengths: number[], rest: Partial<Scene> = {}): Scene => ({
  name,
  lengths,
  limits: {},
  taken: 0,
  next: small,
  ...rest,
});

const mediums = (count: number): number[] => Array.from({ length: count }, () => medium);

export const scenes: readonly Scene[] = [
  scene("that was never used", []),
  scene("that is empty again", [small], { taken: 1 }),
  scene("with two records", [small, 0]),
  scene("with a record in a block", [large, small]),
  scene("without room in its segment", mediums(4), { next: medium }),
  scene("with a segment that was read", mediums(7), { taken: 4 }),
  scene("whose first segment is read but for one", mediums(7), { taken: 3 }),
  scene("whose next record goes into a block", [small], { next: large }),
  scene("for one record, which is there", [small], { limits: { items: 1 } }),
  scene("for one record, which was taken", [small], { limits: { items: 1 }, taken: 1 }),
  scene("for two records, with one", [small], { limits: { items: 2 } }),
  scene("for so many bytes, half full", [60], { limits: { bytes: 100 }, next: 40 }),
  scene("for so many bytes, full", [60], { limits: { bytes: 100 }, next: 60 }),
];

/** What a child does. */
export type Op = { readonly kind: "put"; readonly id: number } | { readonly kind: "take" };
export const take: Op = { kind: "take" };
export const put = (id: number): Op => ({ kind: "put", id });
/** Whether a record was put, or which was taken. */
export type Result = boolean | number | undefined;

/** The ids of records that are put later. */
export const laterIds: readonly number[] = [100, 101, 102, 103, 104, 105];

/** What is in a record queue, by the ids, and what operations do to it. */
export class Model {
  readonly scene: Scene;

  constructor(scene: Scene) {
    this.scene = scene;
  }

  get ids(): number[] {
    return this.scene.lengths.map((_, id) => id).slice(this.scene.taken);
  }

  lengthOf(id: number): number {
    return this.scene.lengths[id] ?? this.scene.next;
  }

  /** Does something to the content, and gives its result. */
  apply(content: number[], op: Op): Result {
    if (op.kind === "take") return content.shift();
    if (this.#isFull(content, this.lengthOf(op.id))) return false;
    content.push(op.id);
    return true;
  }

  #isFull(content: number[], length: number): boolean {
    const { items = Infinity, bytes = Infinity } = this.scene.limits;
    const held = content.reduce((sum, id) => sum + this.lengthOf(id), 0);
    return content.length >= items || (held > 0 && held + length > bytes);
  }

  /**
   * What the content may be after somebody died on doing something: as before, or as if it was
   * done.
   */
  afterDeath(contents: readonly number[][], op: Op): number[][] {
    return contents.flatMap((content) => {
      const done = [...content];
      this.apply(done, op);
      return [content, done];
    });
  }
}

/** A record queue that is as a scene says, and its players. */
export class Play implements Disposable {
  readonly model: Model;
  readonly #stage: Stage;
  readonly #records: RecordQueue;

  constructor(scene: Scene) {
    const block = allocateRecordQueue("worker", {});
    this.model = new Model(scene);
    this.#records = new RecordQueue(block, "a record queue");
    this.#stage = new Stage(block);
    scene.lengths.forEach((length, id) => this.#records.put(record(id, length)));
    for (let i = 0; i < scene.taken; i++) this.#records.take(readRecord);
    limitRecordQueue(block, scene.limits, 0);
  }

  player(): Player {
    return this.#stage.player();
  }

  /** Does something to the record queue. A record that is taken must be whole. */
  do(records: RecordQueue, op: Op): Result {
    if (op.kind === "put") return records.put(record(op.id, this.model.lengthOf(op.id)));
    const bytes = records.take(readRecord);
    return bytes && this.#identify(bytes);
  }

  #identify(bytes: Uint8Array): number {
    const ids = [...this.model.scene.lengths.keys(), ...laterIds];
    const isRight = (id: number) =>
      bytes.length === this.model.lengthOf(id) && (bytes.length === 0 || bytes[0] === id);
    const id = ids.find(isRight);
    assert(id !== undefined, `a record is garbled: ${bytes.slice(0, 20)}, ${bytes.length} bytes`);
    const whole = record(id, bytes.length);
    for (let i = 0; i < bytes.length; i++) {
      if (bytes[i] !== whole[i]) throw new Error(`record ${id} is garbled from byte ${i} on`);
    }
    return id;
  }

  /**
   * Checks that the record queue holds one of these contents, whole and in order, and can be used
   * as if nothing had happened.
   */
  check(contents: readonly number[][]): void {
    const child = this.player();
    child.run((records) => {
      const found: Result[] = [];
      for (let id; (id = this.do(records, take)) !== undefined;) found.push(id);
      const isExpected = contents.some((content) => String(content) === String(found));
      assert(isExpected, `there was ${found}; expected ${contents.map(String).join(" or ")}`);
      this.#checkEmpty(records);
      this.#checkUse(records);
      this.#checkEmpty(records);
    });
  }

  /** Fills the record queue up to its limit, or with three, and empties it. */
  #checkUse(records: RecordQueue): void {
    const content: number[] = [];
    for (const id of laterIds.slice(0, 3)) {
      assertEquals(this.do(records, put(id)), this.model.apply(content, put(id)), `put ${id}`);
    }
    assertEquals(records.size, content.length, "the count");
    for (const id of content) assertEquals(this.do(records, take), id);
  }

  #checkEmpty(records: RecordQueue): void {
    assertEquals(this.do(records, take), undefined);
    assertEquals([records.size, records.isEmpty, records.isFull(small)], [0, true, false]);
  }

  [Symbol.dispose](): void {
    this.#records.dispose();
  }
}
