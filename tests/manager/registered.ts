/** Classes and functions that a manager is given. */

import {
  type DictProxy,
  type ManagedFactory,
  type Manager,
  registerClass,
  task,
} from "../../mod.ts";
import { pause, spin } from "../fixtures.ts";

class Base {
  protected count: number;

  constructor(count: number = 0) {
    this.count = count;
  }

  add(n: number = 1): number {
    return this.count += n;
  }

  /** Which class has answered. */
  name(): string {
    return "Base";
  }
}

/** A class that is exported, with all that a class can have. */
export class Counter extends Base {
  static readonly kind = "counter";
  field: () => number = () => 7 + this.count;
  _field: () => number = () => 7;
  #secret = 5;

  get current(): number {
    return this.count;
  }

  /** Keeps the server from everything else. */
  block(milliseconds: number): void {
    spin(milliseconds);
  }

  override name(): string {
    return `Counter over ${super.name()}`;
  }

  async addLater(n: number): Promise<number> {
    await pause(15);
    return this.add(n);
  }

  secret(): number {
    return this._hidden();
  }

  _hidden(): number {
    return this.#secret;
  }

  /** Uses another managed object, of the same server. */
  async addTo(dict: DictProxy<string, number>, key: string): Promise<void> {
    await dict.set(key, await dict.get(key, 0) + this.count);
  }

  fail(message: string): never {
    throw new CounterError(message, this.count);
  }

  async failLater(message: string): Promise<never> {
    await pause(1);
    return this.fail(message);
  }

  /** What cannot travel. */
  itself(): unknown {
    return { deep: [this.field] };
  }

  echo(...args: unknown[]): unknown[] {
    return args;
  }

  toJSON(): string {
    return "never asked for";
  }
}

/** An error that keeps its class. */
export class CounterError extends RangeError {
  readonly count: number;
  readonly detail: unknown;

  constructor(message: string, count: number) {
    super(message, { cause: new TypeError("expected: the cause") });
    this.count = count;
    this.detail = { at: [count] };
  }
}
registerClass(import.meta, CounterError);

/** A class that is not exported under its name, but registered. */
class Registered extends Base {
  twice(n: number): number {
    return 2 * n;
  }
}
registerClass(import.meta, Registered);

/** A class whose constructor fails. */
export class Failing {
  constructor(message: string) {
    throw new CounterError(message, -1);
  }

  any(): void {}
}

/** A function that makes an object to manage. */
export function makeCounter(count: number): Counter {
  return new Counter(2 * count);
}
task(import.meta, makeCounter);

/** The same, later. */
export async function makeCounterLater(count: number): Promise<Counter> {
  await pause(5);
  return new Counter(3 * count);
}
task(import.meta, makeCounterLater);

/** A function that makes an object without a class of its own. */
export function makePlain(count: number): { add(n: number): number; times: (n: number) => number } {
  return { add: (n) => count += n, times: (n) => count * n };
}
task(import.meta, makePlain);

/** One that gives no object. */
export function makeNothing(): object {
  return 5 as never;
}
task(import.meta, makeNothing);

/** What makes objects of each type. */
export interface Factories {
  readonly newCounter: ManagedFactory<typeof Counter>;
  readonly newRegistered: ManagedFactory<typeof Registered>;
  readonly newMade: ManagedFactory<typeof makeCounter>;
  readonly newMadeLater: ManagedFactory<typeof makeCounterLater>;
  readonly newPlain: ManagedFactory<typeof makePlain>;
  readonly newFailing: ManagedFactory<typeof Failing>;
  readonly newNothing: ManagedFactory<typeof makeNothing>;
}

/**
 * Registers all of them: a class that is exported is found in a module that the call comes through.
 */
export function registerAll(manager: Manager): Factories {
  const factories = {
    newCounter: manager.register("Counter", Counter),
    newRegistered: manager.register("Registered", Registered),
    newMade: manager.register("Made", makeCounter),
    newMadeLater: manager.register("MadeLater", makeCounterLater),
    newPlain: manager.register("Plain", makePlain),
    newFailing: manager.register("Failing", Failing),
    newNothing: manager.register("Nothing", makeNothing),
  };
  return factories;
}
