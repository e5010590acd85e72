import {
  checkFunction,
  checkObject,
  checkOptions,
  checkTimeout,
  wrongArgument,
} from "../arguments.ts";
import { type AnyClass, refuseToSend } from "../codec/registry.ts";
import { copyOf, keyOf } from "../channel/authentication.ts";
import { parseAddress } from "../channel/address.ts";
import type { ConnectOptions } from "../channel/connect.ts";
import { checkLimits, type Limits } from "../channel/limits.ts";
import type { PoolOptions } from "../pool/options.ts";
import type { StartMethod } from "../runtime/start_method.ts";
import { startMethodOf } from "../runtime/start_methods.ts";
import type { ListenTls } from "../runtime/tls_options.ts";
import type { ElementOf, ElementType } from "../shared/element_type.ts";
import type { BarrierOptions } from "../sync/barrier.ts";
import { entriesOf, itemsOf, propertiesOf } from "./given.ts";
import type { Link } from "./link.ts";
import { arrayElement, arrayItems } from "./objects/array.ts";
import { serverSlot } from "./protocol.ts";
import type {
  BoundedSemaphoreProxy,
  ConditionProxy,
  LockProxy,
  RLockProxy,
  SemaphoreProxy,
} from "./proxies/acquirable_proxy.ts";
import type { ArrayProxy } from "./proxies/array_proxy.ts";
import type { BarrierProxy } from "./proxies/barrier_proxy.ts";
import type { DictInit, DictProxy } from "./proxies/dict_proxy.ts";
import type { EventProxy } from "./proxies/event_proxy.ts";
import type { ListProxy } from "./proxies/list_proxy.ts";
import type { NamespaceProxy } from "./proxies/namespace_proxy.ts";
import type { ManagedObject } from "./proxies/object_proxy.ts";
import { type PoolProxy, sendablePool } from "./proxies/pool_proxy.ts";
import type { JoinableQueueProxy, QueueProxy } from "./proxies/queue_proxy.ts";
import type { ValueProxy } from "./proxies/value_proxy.ts";
import { reachRemote, type Remote } from "./remote.ts";
import { ServerProcess } from "./server_process.ts";
import { targetOf } from "./target.ts";
import "./travel.ts";
import { builtIn, type RegisteredType, typeOf } from "./types.ts";
import { showAs } from "../runtime/inspection.ts";

/** What a manager is to be. */
export interface ManagerOptions {
  /**
   * Where other programs can connect: `"host:port"`, port 0 for one that is free, or the path of a
   * socket. If it is left out, a socket in a new temporary folder, from when `address` is asked for.
   */
  readonly address?: string | undefined;
  /** The key that those must prove to know; a random one, which nobody does, if it is left out. */
  readonly authKey?: string | Uint8Array | undefined;
  /** Encrypts their connections: see `ListenerOptions.tls`. They give `Manager.connect` its `tls`. */
  readonly tls?: ListenTls | undefined;
  /** What those may ask of the server; `requests` holds for every client, children of this program, too. */
  readonly limits?: Limits | undefined;
}

/** What makes managed objects of a type: see `Manager.register`. */
export type ManagedFactory<C> = C extends abstract new (...args: infer A) => infer T
  ? (...args: A) => ManagedObject<T>
  : C extends (...args: infer A) => infer T ? (...args: A) => ManagedObject<Awaited<T>>
  : never;

/**
 * A server that holds objects for whoever has a proxy of them: children of every start method, and
 * other programs. What an object's methods do happens in the server, one call after the other.
 *
 * Shared memory (`Value`, `Queue`, `Lock` ...) is much faster, and is for the children of one start method;
 * a manager's objects can be anything, and can be reached from everywhere.
 *
 * The server is a child that is started with the first use. It ends with `shutdown`, with the end of
 * the block (`await using`), and with the program or child that has made the manager; it does not
 * keep that alive. Whoever waits for one of its objects then gets a `RemoteError`.
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
  readonly #method: StartMethod;
  readonly #options: ManagerOptions;
  readonly #types: RegisteredType[] = [];
  readonly #remote: Remote | undefined;
  #server: ServerProcess | undefined;
  #isShutDown = false;

  /**
   * Describes a manager, whose server is started with the first use, by the context's start method.
   *
   * @throws {TypeError} If `address`, `authKey` or one of `limits` is none.
   * @throws {RangeError} If one of `limits` is out of range.
   */
  constructor(options?: ManagerOptions);
  /** @internal */
  constructor(options: ManagerOptions, remote: Remote);
  constructor(options: ManagerOptions = {}, remote?: Remote) {
    if (options.address !== undefined) parseAddress(options.address, "make a manager");
    keyOf(options.authKey);
    checkLimits("make a manager", options.limits);
    if (options.tls !== undefined) checkObject("make a manager", "tls", options.tls);
    this.#options = { ...options, authKey: copyOf(options.authKey) };
    this.#method = startMethodOf(new.target);
    this.#remote = remote;
  }

  static {
    showAs<Manager>(this, "Manager", (manager) => ({ state: manager.#state }));
    refuseToSend("Manager", (value) => #types in value, "send proxies of its objects");
  }

  /**
   * Connects to the manager of another program, which may run on another runtime or machine. The
   * manager that it gives makes objects there, and has a method for each type that was registered
   * there. Shutting it down, or disposing of it, closes the connection: the other program's server goes
   * on, and the proxies that were made through it reject with a `RemoteError`.
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
   * @throws {TypeError} If there is no `authKey`: who has proven none could have this program run anything.
   * @throws What `connect` throws: an `AuthenticationError` if the key is not the manager's.
   */
  static async connect(address: string, options: ConnectOptions = {}): Promise<Manager> {
    checkOptions("connect to a manager", options);
    if (options.authKey === undefined) {
      throw wrongArgument(
        TypeError,
        "Cannot connect to a manager without its authKey, which every manager has",
        options.authKey,
      );
    }
    const remote = await reachRemote(address, options);
    const manager = new this({}, remote);
    // The other program may be of another version, or not what it seems.
    for (const name of remote.types) if (isTypeName(name, manager)) manager.#define(name);
    return manager;
  }

  /**
   * Where other programs, and children of the other start method, can reach the server: from now on
   * they can. Starts the server.
   *
   * @throws {Error} The runtime's own error if it cannot listen there, as when the address is in use.
   */
  get address(): Promise<string> {
    return this.#listen();
  }

  get #state(): string {
    if (this.#remote !== undefined) return "connected";
    if (this.#isShutDown) return "shut down";
    return this.#server === undefined ? "initial" : "started";
  }

  async #listen(): Promise<string> {
    const link = this.#link("tell the address");
    if (this.#remote !== undefined) return link.way.gate!.address;
    const address = await link.call(serverSlot, "address", []) as string;
    // The children of this program know no certificates: they go by the socket that is theirs.
    if (this.#options.tls === undefined) {
      link.way = { ...link.way, gate: { address, authKey: this.#server!.authKey } };
    }
    return address;
  }

  /** How many of its objects anyone refers to, but for those that only other managed objects do. */
  async numberOfObjects(): Promise<number> {
    return await this.#link("count objects").call(serverSlot, "numberOfObjects", []) as number;
  }

  /**
   * Lets the manager make objects of a class of your own, or those that a function gives. The class
   * must be exported, or given to `registerClass`; the server imports its module. Its methods can be
   * called by proxies, except those whose names begin with `_`. They are called one after the other; one that
   * is asynchronous lets others go on meanwhile.
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
   * @throws {Error} If the server has been started already, or the manager has such a member; `then` is
   * refused, too, as a manager would be taken for a promise by it.
   * @throws {TypeError} If `name` is no name or `maker` no function.
   * @throws {TaskReferenceError} If `maker` is native or bound.
   */
  register<C extends AnyClass | ((...args: never[]) => object | Promise<object>)>(
    name: string,
    maker: C,
  ): ManagedFactory<C> {
    if (typeof name !== "string" || !identifier.test(name)) {
      throw wrongArgument(
        TypeError,
        "Cannot register a type as its name must be an identifier",
        name,
      );
    }
    if (typeof maker !== "function") {
      throw wrongArgument(
        TypeError,
        `Cannot register ${name} as it must be a class or a function`,
        maker,
      );
    }
    if (this.#server !== undefined || this.#remote !== undefined) {
      throw new Error(`Cannot register ${name} as the manager has been used already`);
    }
    if (name in this) throw new Error(`Cannot register ${name} as a manager has such a member`);
    if (name === "then") {
      throw new Error("Cannot register then as whoever awaited the manager would call it");
    }
    this.#types.push(typeOf(name, maker));
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
   * @throws {TypeError} If `init` does not hold pairs and is no object, or is a proxy: read its `copy` first.
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
   * Makes a value. As in CPython its type is a remark for the reader: the value can be anything that travels.
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
    return this.#makeChecked("Queue", [maxSize]) as QueueProxy<T>;
  }

  /** Makes a queue. It counts what is still to be done, as one that `Queue` makes does, too. */
  JoinableQueue<T = unknown>(maxSize: number = 0): JoinableQueueProxy<T> {
    return this.#makeChecked("JoinableQueue", [maxSize]) as JoinableQueueProxy<T>;
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
    return this.#makeChecked("Semaphore", [n]) as SemaphoreProxy;
  }

  /** Makes a semaphore that cannot be released more often than it was acquired. */
  BoundedSemaphore(n: number = 1): BoundedSemaphoreProxy {
    return this.#makeChecked("BoundedSemaphore", [n]) as BoundedSemaphoreProxy;
  }

  /** Makes an event. */
  Event(): EventProxy {
    return this.#make("Event", []) as EventProxy;
  }

  /**
   * Makes a condition.
   *
   * @param lock A `Lock` or `RLock` of this manager; a new `Lock` if it is left out: see `Condition`.
   * @throws {TypeError} If `lock` is something else.
   */
  Condition(lock?: LockProxy | RLockProxy): ConditionProxy {
    if (lock !== undefined && !isLock(lock)) {
      throw wrongArgument(
        TypeError,
        "Cannot make a condition as lock must be this manager's Lock or RLock",
        lock,
      );
    }
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
    const verb = "make a barrier";
    checkOptions(verb, options);
    checkTimeout(options.timeout);
    if (options.action !== undefined) checkFunction(verb, "action", options.action);
    return this.#makeChecked("Barrier", [parties, options]) as BarrierProxy;
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
   * Ends the server: what waits for it is rejected with a `RemoteError`, wherever it waits. One that
   * does not end within two seconds, as it is busy, is killed. What was not started cannot be any more.
   *
   * Of a manager that `Manager.connect` gave, only the connection is closed: calls that wait are
   * rejected, the objects that this program alone referred to are dropped, and the server goes on.
   */
  async shutdown(): Promise<void> {
    this.#isShutDown = true;
    this.#remote?.link.disconnect();
    await this.#server?.shutdown();
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
    return this.#link(`make a ${type}`).create(type, args);
  }

  /** Has what is wrong with the arguments be thrown here. */
  #makeChecked(type: keyof typeof builtIn, args: readonly unknown[]): object {
    void new builtIn[type]!(...args as never[]);
    return this.#make(type, args);
  }

  #link(what: string): Link {
    if (this.#isShutDown) {
      const whose = this.#remote === undefined ? "the manager" : "the connection to the manager";
      throw new Error(`Cannot ${what} as ${whose} was shut down`);
    }
    if (this.#remote !== undefined) return this.#remote.link;
    const { address, authKey, limits, tls } = this.#options;
    this.#server ??= new ServerProcess(this.#method, {
      address,
      authKey,
      types: this.#types,
      limits,
      tls,
    });
    return this.#server.link;
  }
}

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** Whether a manager can have a method of that name for a type. By `then` it would be taken for a promise. */
const isTypeName = (name: string, manager: Manager): boolean =>
  identifier.test(name) && !(name in manager) && name !== "then";

const isLock = (value: unknown): boolean =>
  typeof value === "object" && value !== null &&
  ["Lock", "RLock"].includes(targetOf(value)?.type ?? "");

/** A class does not travel, its name does. */
function typeNameOf(type: string | { readonly name: string }): string {
  if (typeof type === "string") return type;
  if (typeof type === "function") return type.name;
  throw wrongArgument(TypeError, "Cannot make a Value as its type must be a name or a class", type);
}
