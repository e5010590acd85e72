/** What a program may write, and what it may not: checked, and not run. */

import * as m from "../../../mod.ts";
import * as f from "../../../futures.ts";
import { getContext, Process, transfer } from "../../../mod.ts";
void [m, f];
const add = (a: number, { b }: { b: number }): number => a + b;
const many = (...xs: number[]): number => xs.length;
const optional = (a: string, b?: number): string => a + b;
const none = (): void => {};
async function kw(a: string, options: { deep?: boolean } = {}): Promise<void> {
  await [a, options];
}
new Process({ target: add, args: [1, { b: 2 }] });
new Process({ target: add, args: [1], kwargs: { b: 2 } });
new Process({ target: many, args: [1, 2, 3] });
new Process({ target: optional, args: ["a"] });
new Process({ target: optional, args: ["a", 1] });
new Process({ target: none });
new Process({ target: kw, args: ["a"], kwargs: { deep: true } });
new Process({ name: "x" });
new Process();
new Process({ target: () => console.log("x") });
const p: Process = new Process({ target: optional, args: ["a"] });
class Sub extends Process {
  constructor(x: number) {
    super({ name: "s", args: [x] });
  }
}
const all: Process[] = [p, new Sub(1), new Process({ target: none })];
new (getContext("worker").Process)({ target: add, args: [1, { b: 1 }] });
// @ts-expect-error of another type
new Process({ target: add, args: ["wrong", {}] });
// @ts-expect-error too many
new Process({ target: none, args: [1] });
// @ts-expect-error of another type
new Process({ target: add, args: [1], kwargs: { c: 2 } });
// @ts-expect-error of another type
new Process({ target: many, args: [1, 2], kwargs: 5 });
transfer({}, [new ArrayBuffer(8), new MessageChannel().port1, new ReadableStream()]);
// @ts-expect-error a view
transfer({}, [new Uint8Array(8)]);
// @ts-expect-error a number
transfer({}, [5]);
void all;
const options: m.ProcessOptions<never> = { target: add, args: [1, 2, 3], kwargs: {} };
void options;
// @ts-expect-error of another type
new Process({ target: many, args: [1, "2"] });
const untyped: m.ProcessOptions = { target: add, args: [1, 2, 3], kwargs: {} };
new Process(untyped);
