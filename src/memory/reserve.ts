/**
 * Which part of an arena is the system's already. A file in memory takes none where nobody has
 * touched it, and who touches it when there is no more is killed (SIGBUS). So an arena's heap is
 * asked for piece by piece before it is used, and the tables in front of it page by page.
 *
 * @module
 * @internal
 */

/** Asks the system for a part of an arena: whether it is there. May be asked again and again. */
export type Ask = (from: number, size: number) => boolean;

/** All systems' pages are whole numbers of these, or whole parts of them. */
const page = 4096;
const toPages = (end: number): number => Math.ceil(end / page) * page;

// How much more than what is needed is asked for, in bytes: a part of what there is.
const leastMore = 256 * 1024;
const mostMore = 16 * 1024 * 1024;
const shareMore = 1 / 8;

/** What the system has given for an arena. */
export class Reserve {
  readonly #longs: BigInt64Array;
  /** The long that tells up to where the heap was given; 0 where it was not yet. */
  readonly #given: number;
  readonly #heapAt: number;
  readonly #size: number;
  readonly #ask: Ask | undefined;
  /** The pages of tables that this child has asked for. */
  readonly #pages = new Set<number>();

  /** `ask` is absent where memory is given as it is touched. */
  constructor(longs: BigInt64Array, given: number, heapAt: number, ask: Ask | undefined) {
    this.#longs = longs;
    this.#given = given;
    this.#heapAt = heapAt;
    this.#size = longs.byteLength;
    this.#ask = ask;
  }

  /** Whether the heap may be touched up to `end`: asks for what is missing. */
  reaches(end: number): boolean {
    return this.#ask === undefined || end <= this.#reach || this.#extend(end, this.#ask);
  }

  get #reach(): number {
    return Number(Atomics.load(this.#longs, this.#given));
  }

  #extend(end: number, ask: Ask): boolean {
    for (;;) {
      const reach = this.#reach;
      if (end <= reach) return true;
      const from = Math.max(reach, this.#heapAt);
      const more = Math.max(leastMore, Math.min((from - this.#heapAt) * shareMore, mostMore));
      let to = Math.min(this.#size, toPages(Math.max(end, from + more)));
      if (!ask(from, to - from)) {
        to = toPages(end);
        if (!ask(from, to - from)) return false;
      }
      // Told when it is there. Where another child has told of more, or of less, there is that.
      Atomics.compareExchange(this.#longs, this.#given, BigInt(reach), BigInt(to));
    }
  }

  /** Whether the page of a table may be touched where `byte` is: asks for it. */
  holds(byte: number): boolean {
    if (this.#ask === undefined) return true;
    const at = Math.floor(byte / page);
    if (this.#pages.has(at)) return true;
    if (!this.#ask(at * page, page)) return false;
    this.#pages.add(at);
    return true;
  }
}
