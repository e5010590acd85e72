import { fromParts } from "../from_parts.ts";
import { refuseToSend } from "../codec/extension.ts";
import type { AnyClass } from "../code/registered_class.ts";
import type { ConnectOptions } from "../channel/connect.ts";
import type { PoolOptions } from "../pool/options.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import type { ElementOf, ElementType } from "../shared/element_type.ts";
import type { BarrierOptions } from "../sync/barrier.ts";
import {
  arrayElement,
  arrayItems,
  checkBarrier,
  checkLock,
  checkMaxSize,
  checkSemaphoreValue,
  checkType,
  entriesOf,
  isIdentifier,
  itemsOf,
  propertiesOf,
  typeNameOf,
} from "./protocol/checked_arguments.ts";
import { checkConnectOptions, checkManagerOptions, type ManagerOptions } from "./options.ts";
import { serverSlot } from "./protocol/messages.ts";
import type {
  BoundedSemaphoreProxy,
  ConditionProxy,
  LockProxy,
  RLockProxy,
  SemaphoreProxy,
} from "./client/proxies/acquirable_proxy.ts";
import type { ArrayProxy } from "./client/proxies/array_proxy.ts";
import type { BarrierProxy } from "./client/proxies/barrier_proxy.ts";
import type { DictInit, DictProxy } from "./client/proxies/dict_proxy.ts";
import type { EventProxy } from "./client/proxies/event_proxy.ts";
import type { ListProxy } from "./client/proxies/list_proxy.ts";
import type { NamespaceProxy } from "./client/proxies/namespace_proxy.ts";
import { type PoolProxy, sendablePool } from "./client/proxies/pool_proxy.ts";
import type { JoinableQueueProxy, QueueProxy } from "./client/proxies/queue_proxy.ts";
import type { ValueProxy } from "./client/proxies/value_proxy.ts";
import { reachRemote, type Remote } from "./client/remote.ts";
import type { ManagedFactory } from "./managed_factory.ts";
import { ServerAccess } from "./server_access.ts";
import "./client/travel.ts";
import { typeOf } from "./protocol/registered_type.ts";
import { showAs } from "../runtime/inspection.ts";

/**
 * A server that holds objects for whoever has a proxy of them: children of every start method, and
 * other programs. What an object's methods do happens in the server, one call after the other.
 *
 * Shared memory (`Value`, `Queue`, `Lock` ...) is much faster, and is for the children of one start
 * method; a manager's objects can be anything, and can be reached from everywhere.
 *
 * The server is a child that is started with the first use. It ends with `shutdown`, with the end
 * of the block (`await using`), and with the program or child that has made the manager; it does
 * not keep that alive. Whoever waits for one of its objects then gets a `RemoteError`.
 *
 * @example
 * ```ts
 * import { type DictProxy, Manager, Process, task } from "@nproc/multiprocessing";
 *
 * export const count = task(import.meta, async (words: DictProxy<string, number>) => {
 *   await words.set("hello", 1);
 * });
 *
 * if (import.meta.main) {
 *   await using manager = new Manager();
 *   const words = manager.dict<string, number>();
 *   const child = new Process({ target: count, args: [words] });
 *   child.start();
 *   await child.join();
 *   console.log(await words.get("hello")); // 1
 * }
 * ```
 */
export class Manager implements AsyncDisposable, Disposable {
  readonly #access: ServerAccess;

  /**
   * Describes a manager, whose server is started with the first use, by the context's start method.
   *
   * @throws {TypeError} If `address`, `authKey` or one of `limits` is none.
   * @throws {RangeError} If one of `limits` is out of range.
   */
  constructor(options?: ManagerOptions);
  constructor(options: ManagerOptions = {}, remote?: Remote) {
    checkManagerOptions(options);
    this.#access = new ServerAccess(startMethodOf(new.target), options, remote);
  }

  static {
    showAs<Manager>(this, "Manager", (manager) => ({ state: manager.#access.state }));
    refuseToSend("Manager", (value) => #access in value, "send proxies of its objects");
  }

  /**
   * Connects to the manager of another program, which may run on another runtime or machine. The
   * manager that it gives makes objects there, and has a method for each type that was registered
   * there. Shutting it down, or disposing of it, closes the connection: the other program's server
   * goes on, and the proxies that were made through it reject with a `RemoteError`.
   *
   * @example
   * ```ts
   * import { Manager } from "@nproc/multiprocessing";
   *
   * await using manager = new Manager({ address: "127.0.0.1:0", authKey: "secret" });
   * await using there = await Manager.connect(await manager.address, { authKey: "secret" });
   * const list = there.list([1, 2]);
   * console.log(await list.length()); // 2
   * ```
   *
   * @param address `"host:port"`, or the path of a socket: what the other's `address` gives.
   * @param options The key, without which there is no connection, and how long it may take.
   * @throws {TypeError} If there is no `authKey`: who has proven none could have this program run
   * anything.
   * @throws What `connect` throws: an `AuthenticationError` if the key is not the manager's.
   */
  static async connect(address: string, options: ConnectOptions = {}): Promise<Manager> {
    checkConnectOptions(options);
    const remote = await reachRemote(address, options);
    const manager = fromParts<Manager>(this, {}, remote);
    // The other program may be of another version, or not what it seems.
    for (const name of remote.types) if (isTypeName(name, manager)) manager.#define(name);
    return manager;
  }

  /**
   * Where other programs, and children of the other start method, can reach the server: from now on
   * they can. Starts the server.
   *
   * @throws {Error} The runtime's own error if it cannot listen there, as when the address is in
   * use.
   */
  get address(): Promise<string> {
    return this.#access.listen();
  }

  /** How many of its objects anyone refers to, but for those that only other managed objects do. */
  async numberOfObjects(): Promise<number> {
    return await this.#access.link("count objects").call(
      serverSlot,
      "numberOfObjects",
      [],
    ) as number;
  }

  /**
   * Lets the manager make objects of a class of your own, or those that a function gives. The class
   * must be exported, or given to `registerClass`; the server imports its module. Its methods can
   * be called by proxies, except those whose names begin with `_`. They are called one after the
   * other; one that is asynchronous lets others go on meanwhile.
   *
   * @example
   * ```ts
   * import { Manager } from "@nproc/multiprocessing";
   *
   * export class Counter {
   *   #count = 0;
   *   add(n: number): number {
   *     return this.#count += n;
   *   }
   * }
   *
   * if (import.meta.main) {
   *   await using manager = new Manager();
   *   const newCounter = manager.register("Counter", Counter);
   *   const counter = newCounter(); // or manager.Counter() in JavaScript
   *   console.log(await counter.add(2)); // 2
   * }
   * ```
   *
   * @param name The type's name, by which the manager has a method from now on.
   * @param maker A class, or a function that gives an object.
   * @returns That method.
   * @throws {Error} If the server has been started already, or the manager has such a member;
   * `then` is refused, too, as a manager would be taken for a promise by it.
   * @throws {TypeError} If `name` is no name or `maker` no function.
   * @throws {TaskReferenceError} If `maker` is native or bound.
   */
  register<C extends AnyClass | ((...args: never[]) => object | Promise<object>)>(
    name: string,
    maker: C,
  ): ManagedFactory<C> {
    checkType(name, maker);
    if (this.#access.isUsed) {
      throw new Error(`Cannot register ${name} as the manager has been used already`);
    }
    if (name in this) throw new Error(`Cannot register ${name} as a manager has such a member`);
    if (name === "then") {
      throw new Error("Cannot register then as whoever awaited the manager would call it");
    }
    this.#access.types.push(typeOf(name, maker));
    return this.#define(name) as ManagedFactory<C>;
  }

  #define(name: string): (...args: unknown[]) => object {
    const make = (...args: unknown[]) => this.#make(name, args);
    Object.defineProperty(this, name, { value: make, configurable: true });
    return make;
  }

  /** Makes a dictionary, of pairs or of a `Map`. */
  dict<K = unknown, V = unknown>(init?: Iterable<readonly [K, V]>): DictProxy<K, V>;
  /**
   * Makes a dictionary, also of the properties of an object, whose names are the keys.
   *
   * @throws {TypeError} If `init` does not hold pairs and is no object, or is a proxy: read its
   * `copy` first.
   */
  dict<K = string, V = unknown>(init: DictInit<K, V>): DictProxy<K, V>;
  dict<K, V>(init: DictInit<K, V> = []): DictProxy<K, V> {
    return this.#make("dict", [entriesOf(init, "make a dict as init")]) as DictProxy<K, V>;
  }

  /**
   * Makes a list.
   *
   * @throws {TypeError} If `init` is not iterable.
   */
  list<T = unknown>(init: Iterable<T> = []): ListProxy<T> {
    return this.#make("list", [itemsOf(init, "make a list as init")]) as ListProxy<T>;
  }

  /**
   * Makes a namespace, with these names.
   *
   * @throws {TypeError} If `init` is no object that has them as its properties.
   */
  Namespace(init: Readonly<Record<string, unknown>> = {}): NamespaceProxy {
    const names = propertiesOf(init, "make a Namespace as init must be an object");
    return this.#make("Namespace", [names]) as NamespaceProxy;
  }

  /**
   * Makes a value. As in CPython its type is a remark for the reader: the value can be anything
   * that travels.
   *
   * @throws {TypeError} If `type` is neither a text nor a class.
   */
  Value<T = unknown>(type: string | ElementType, value: T): ValueProxy<T> {
    return this.#make("Value", [typeNameOf(type), value]) as ValueProxy<T>;
  }

  /**
   * Makes an array of numbers.
   *
   * @param type A typecode (`b B h H i I l L q Q f d`), or the class of a typed array.
   * @throws {TypeError} If `type` is neither, or an item is not of it.
   * @throws {RangeError} If an item is out of the type's range.
   */
  Array<T extends ElementType>(type: T, init: Iterable<ElementOf<T>>): ArrayProxy<T> {
    const items = arrayItems(arrayElement(type), init);
    return this.#make("Array", [typeNameOf(type), items]) as unknown as ArrayProxy<T>;
  }

  /**
   * Makes a queue.
   *
   * @param maxSize How many items it can hold; with 0, or less, any number.
   * @throws {TypeError | RangeError} If it is no integer.
   */
  Queue<T = unknown>(maxSize: number = 0): QueueProxy<T> {
    checkMaxSize(maxSize);
    return this.#make("Queue", [maxSize]) as QueueProxy<T>;
  }

  /** Makes a queue. It counts what is still to be done, as one that `Queue` makes does, too. */
  JoinableQueue<T = unknown>(maxSize: number = 0): JoinableQueueProxy<T> {
    checkMaxSize(maxSize);
    return this.#make("JoinableQueue", [maxSize]) as JoinableQueueProxy<T>;
  }

  /** Makes a lock. */
  Lock(): LockProxy {
    return this.#make("Lock", []) as LockProxy;
  }

  /** Makes a lock that the client which holds it may acquire again. */
  RLock(): RLockProxy {
    return this.#make("RLock", []) as RLockProxy;
  }

  /** Makes a semaphore. */
  Semaphore(n: number = 1): SemaphoreProxy {
    checkSemaphoreValue(n);
    return this.#make("Semaphore", [n]) as SemaphoreProxy;
  }

  /** Makes a semaphore that cannot be released more often than it was acquired. */
  BoundedSemaphore(n: number = 1): BoundedSemaphoreProxy {
    checkSemaphoreValue(n);
    return this.#make("BoundedSemaphore", [n]) as BoundedSemaphoreProxy;
  }

  /** Makes an event. */
  Event(): EventProxy {
    return this.#make("Event", []) as EventProxy;
  }

  /**
   * Makes a condition.
   *
   * @param lock A `Lock` or `RLock` of this manager; a new `Lock` if it is left out: see
   * `Condition`.
   * @throws {TypeError} If `lock` is something else.
   */
  Condition(lock?: LockProxy | RLockProxy): ConditionProxy {
    if (lock !== undefined) checkLock(lock);
    return this.#make("Condition", lock === undefined ? [] : [lock]) as ConditionProxy;
  }

  /**
   * Makes a barrier.
   *
   * @param options An action is called in the server, and must be a `task()`.
   * @throws {TypeError} If `parties` is no number or an action no function.
   * @throws {RangeError} If `parties` is not an integer from 1.
   */
  Barrier(parties: number, options: BarrierOptions = {}): BarrierProxy {
    checkBarrier(parties, options);
    return this.#make("Barrier", [parties, options]) as BarrierProxy;
  }

  /**
   * Makes a pool, whose workers are children of the server.
   *
   * @param options The number of workers, or more than that.
   * @throws What `new Pool` throws.
   */
  Pool(options: number | PoolOptions = {}): PoolProxy {
    return this.#make("Pool", [sendablePool(options)]) as PoolProxy;
  }

  /**
   * Ends the server: what waits for it is rejected with a `RemoteError`, wherever it waits. One
   * that does not end within two seconds, as it is busy, is killed. What was not started cannot be
   * any more.
   *
   * Of a manager that `Manager.connect` gave, only the connection is closed: calls that wait are
   * rejected, the objects that this program alone referred to are dropped, and the server goes on.
   */
  async shutdown(): Promise<void> {
    await this.#access.shutdown();
  }

  /** As `shutdown`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /** As `shutdown`, and does not wait for the end of a server. */
  [Symbol.dispose](): void {
    void this.shutdown();
  }

  #make(type: string, args: readonly unknown[]): object {
    return this.#access.link(`make a ${type}`).create(type, args);
  }
}

/**
 * Whether a manager can have a method of that name for a type. By `then` it would be taken for a
 * promise.
 */
const isTypeName = (name: string, manager: Manager): boolean =>
  isIdentifier(name) && !(name in manager) && name !== "then";
