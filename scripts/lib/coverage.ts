/** Puts together what V8 tells of the code that several processes and threads have run. */

/** What one process or thread tells of one script. */
export interface ScriptCoverage {
  url: string;
  /** Outer functions stand before those in them, and of each its whole range before its blocks. */
  functions: { ranges: { startOffset: number; endOffset: number; count: number }[] }[];
}

/** What was run of one file. */
export interface FileCoverage {
  /** How many lines there are with code in them. */
  lines: number;
  /** The numbers of those that have something that was never run. */
  missed: number[];
}

/** What was run of one text, by anybody who has told of it. */
export class Coverage {
  readonly #text: string;
  /** For each character whether it was run. */
  readonly #run: Uint8Array;

  constructor(text: string) {
    this.#text = text;
    this.#run = new Uint8Array(text.length);
  }

  /** Adds what one process or thread has run. */
  add({ functions }: ScriptCoverage): void {
    const run = new Uint8Array(this.#run.length);
    // An inner range has the last word on what is in it.
    for (const { startOffset, endOffset, count } of functions.flatMap(({ ranges }) => ranges)) {
      run.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    }
    for (const [i, wasRun] of run.entries()) this.#run[i]! |= wasRun;
  }

  /** The lines of code, without comments and empty ones, and those of them that were not run. */
  get result(): FileCoverage {
    const missed: number[] = [];
    let lines = 0;
    let offset = 0;
    for (const [i, line] of this.#text.split("\n").entries()) {
      const start = offset + line.length - line.trimStart().length;
      offset += line.length + 1;
      // A bracket alone belongs to what is before it.
      if (!/[\w$]/.test(line) || /^\s*(\/\/|\/\*|\*)/.test(line)) continue;
      lines++;
      const end = start + line.trim().length;
      if (this.#run.subarray(start, end).includes(0)) missed.push(i + 1);
    }
    return { lines, missed };
  }
}

/** Numbers as ranges: "3-5, 9". */
export function ranges(numbers: readonly number[]): string {
  const found: [number, number][] = [];
  for (const n of numbers) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === n - 1) last[1] = n;
    else found.push([n, n]);
  }
  return found.map(([first, last]) => first === last ? first : `${first}-${last}`).join(", ");
}
