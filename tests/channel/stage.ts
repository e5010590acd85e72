/**
 * Children of one record queue, all played by this thread: each step of one, that is each time it
 * touches the shared memory, can be the one before which it dies, or before which another does
 * something.
 */

import { Block } from "../../src/memory/allocator.ts";
import { type Arena, arenaOf } from "../../src/memory/arena.ts";
import { RecordQueue } from "../../src/channel/record_queue.ts";

/** Thrown where a player dies; nothing that it does afterwards has an effect. */
class Death extends Error {}

/** Atomics that take a player's view for the memory behind it. */
const patched = [
  "load",
  "store",
  "add",
  "or",
  "exchange",
  "compareExchange",
  "notify",
] as const;

type Operation = (array: object, ...args: unknown[]) => unknown;
const atomics = Atomics as unknown as Record<string, Operation>;

/** What is behind the views of players, and whose they are. */
const views = new WeakMap<object, { readonly memory: object; readonly player: Player }>();

/** Who is doing something. */
let actor: Player | undefined;

/**
 * Has a player do something while `Atomics` know the views. Whoever would have to sleep is stuck
 * for ever here.
 */
function withViews<T>(player: Player, action: () => T): T {
  const former = actor;
  actor = player;
  const names = [...patched, "wait"];
  const before = names.map((name) => atomics[name]!);
  patched.forEach((name, i) => {
    atomics[name] = (array, ...args) => {
      const view = views.get(array);
      // What it frees in the end goes by no view.
      if (view === undefined) actor?.checkAlive();
      else view.player.step();
      return before[i]!(view?.memory ?? array, ...args);
    };
  });
  atomics["wait"] = () => {
    throw new Error("It would wait for ever");
  };
  try {
    return action();
  } finally {
    actor = former;
    names.forEach((name, i) => atomics[name] = before[i]!);
  }
}

/** A child that is played. */
export class Player {
  readonly records: RecordQueue;
  readonly #others: Set<number>;
  readonly #memberId: number;
  #steps = 0;
  /** The step before which something happens, and what. */
  #at = Infinity;
  #event: (() => void) | undefined;
  #isDead = false;

  constructor(block: Block, memberId: number, living: Set<number>) {
    this.#memberId = memberId;
    this.#others = living.add(memberId);
    const arena = this.#arena(block.arena);
    this.records = new RecordQueue(new Block(arena, block.address, block.serial), "a record queue");
  }

  /** The arena as this player sees it. */
  #arena(real: Arena): Arena {
    const living = this.#others;
    const members = {
      me: this.#memberId,
      isAlive: (memberId: number) => living.has(memberId),
      look: () => {},
    };
    const fake = {
      method: real.method,
      buffer: real.buffer,
      bytes: this.#view(real.bytes),
      words: this.#view(real.words),
      longs: real.longs,
      size: real.size,
      me: this.#memberId,
      members,
      isDeclaredDead: () => false,
    };
    return fake as unknown as Arena;
  }

  #view<T extends Uint8Array | Int32Array>(memory: T): T {
    const set = (from: ArrayLike<number>, at = 0): void => {
      // Byte by byte, or in eight parts: what is in the middle is all the same.
      const most = Math.max(1, from.length >> 3);
      for (let i = 0; i < from.length; i++) {
        if (i % most === 0) this.step();
        memory[at + i] = from[i]!;
      }
    };
    const view = new Proxy(memory, {
      get: (target, key) => {
        if (key === "set") return set;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
      set: (target, key, value) => {
        this.step();
        return Reflect.set(target, key, value, target);
      },
    });
    views.set(view, { memory, player: this });
    return view;
  }

  /** Counts a step; called before it has an effect. */
  step(): void {
    this.checkAlive();
    if (++this.#steps !== this.#at) return;
    this.#at = Infinity;
    this.#event?.();
    this.checkAlive();
  }

  /** Ends what it does, if it is dead. */
  checkAlive(): void {
    if (this.#isDead) throw new Death();
  }

  /** Does something in one go. */
  run<T>(action: (records: RecordQueue) => T): T {
    return withViews(this, () => action(this.records));
  }

  /** Does something, and dies before its step of that number. Tells whether it came so far. */
  dieAt(step: number, action: (records: RecordQueue) => unknown): boolean {
    this.#schedule(step, () => this.#isDead = true);
    try {
      this.run(action);
    } catch (error) {
      if (!(error instanceof Death)) throw error;
    }
    this.#at = Infinity;
    if (!this.#isDead) return false;
    this.#others.delete(this.#memberId);
    return true;
  }

  /**
   * Does something, and `meanwhile` before its step of that number. Gives `undefined` if it has
   * fewer.
   */
  pauseAt<T>(step: number, action: (records: RecordQueue) => T, meanwhile: () => void): Paused<T> {
    let isReached = false;
    this.#schedule(step, () => {
      isReached = true;
      meanwhile();
    });
    const result = this.run(action);
    this.#at = Infinity;
    return { result, isReached };
  }

  #schedule(step: number, event: () => void): void {
    this.#at = this.#steps + step;
    this.#event = event;
  }
}

/** What an action gave, and whether it was interrupted. */
export interface Paused<T> {
  readonly result: T;
  readonly isReached: boolean;
}

/** The players of one record queue. */
export class Stage {
  readonly #block: Block;
  readonly #living = new Set<number>();
  #players = 0;

  constructor(block: Block) {
    this.#block = block;
  }

  /** One more child. */
  player(): Player {
    return new Player(this.#block, 1 << 29 | ++this.#players, this.#living);
  }
}

/** The bytes of a record, as who takes it sees them. */
export const readRecord = (position: number, length: number): Uint8Array =>
  arenaOf("worker").bytes.slice(position, position + length);

/** A record of so many bytes that tells which it is. */
export function record(id: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = i === 0 ? id : (id * 7 + i) & 0xff;
  return bytes;
}
