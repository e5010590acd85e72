/** What children do with blobs. */

import { type Connection, type DictProxy, type Queue, task } from "../../mod.ts";

/** What there is to know of a blob. */
export type Told = [cls: string, type: string, text: string, name?: string, modified?: number];

/** What this child knows of a blob that it was given. */
export async function tellOf(blob: Blob): Promise<Told> {
  const [type, text] = [blob.type, await blob.text()];
  if (!(blob instanceof File)) return ["Blob", type, text];
  return ["File", type, text, blob.name, blob.lastModified];
}
task(import.meta, tellOf);

/** Makes a blob here. */
export function makeBlob(text: string): Blob {
  return new Blob([text], { type: "image/gif" });
}
task(import.meta, makeBlob);

/** Puts a blob of its own, and what it knows of another. */
export async function putBlob(queue: Queue<Blob | Told>, blob: Blob): Promise<void> {
  queue.putSync(makeBlob("made"));
  await queue.put(await tellOf(blob));
}
task(import.meta, putBlob);

/** Sends back a blob that it receives. */
export async function sendBack(connection: Connection): Promise<void> {
  connection.sendSync(await connection.recv());
}
task(import.meta, sendBack);

/** What a dictionary has under a key. */
export async function tellOfItem(dict: DictProxy<string, Blob>, key: string): Promise<Told> {
  return await tellOf((await dict.get(key))!);
}
task(import.meta, tellOfItem);

/** Makes a blob, and fails with it. */
export function failWith(text: string): never {
  throw Object.assign(new Error("fails"), { blob: makeBlob(text) });
}
task(import.meta, failWith);
