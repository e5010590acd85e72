/** Functions that travel as values. */

import { connect, type Queue } from "../../mod.ts";

const factor = 3;
export const triple = (x: number): number => x * factor;
export const callWith7 = (fn: (x: number) => number): number => fn(7);
export const isTriple = ({ a }: { a: unknown[] }): [boolean, unknown] => [a[0] === triple, a[0]];
export const giveTriple = (): unknown => triple;
export const unseen = (): number => factor;

const lookalikes = { lookalike: (x: number): number => x + 1 };
/** Not what the module exports under that name. */
export const makeLookalike = (): (x: number) => number => lookalikes.lookalike;
export const lookalike = (x: number): number => x + 2;

export async function getTwice(from: Queue<unknown>, to: Queue<unknown>): Promise<void> {
  const error = await from.get().catch(String);
  const value = await from.get();
  await to.put(error);
  await to.put(value);
}

export function failWith(): never {
  const local = () => 1;
  throw Object.assign(new Error("with functions"), { local, kept: 1 });
}

export class Unseen {
  secret = 1;
}
/** Sends to another program what that has not loaded by its name. */
export async function sendUnseen(address: string): Promise<void> {
  using connection = await connect(address);
  await connection.send(unseen);
  await connection.send(new Unseen());
  await connection.recv();
}
