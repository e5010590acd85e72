/**
 * The pool waits for the network, the parent parses what comes: by a callback, as each page comes.
 * Fetches the URLs given as arguments, or else the pages of a site of its own.
 */

import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AsyncResult, currentProcess, Pool } from "@nproc/multiprocessing";
import { setUp } from "../_lib.ts";
import { pages, serve } from "../_site.ts";

type Page = { url: string; text: string } | undefined;

export async function getPage(url: string): Promise<Page> {
  console.log(`<进程${currentProcess().pid}> get ${url}`);
  const response = await fetch(url);
  return response.status === 200 ? { url, text: await response.text() } : undefined;
}

function parsePage(res: Page, db: string): void {
  if (res === undefined) return;
  console.log(`<进程${currentProcess().pid}> parse ${res.url}`);
  const parsed = `url:<${res.url}> size:[${res.text.length}]\n`;
  appendFileSync(db, parsed);
}

if (import.meta.main) {
  const given = setUp();
  await using site = await serve(pages);
  const urls = given.length > 0 ? given : Object.keys(pages).map((path) => site.url + path);
  const folder = mkdtempSync(join(tmpdir(), "pages-"));
  const db = join(folder, "db.txt");

  const p = new Pool(3);
  const results: AsyncResult<Page>[] = [];
  for (const url of urls) {
    results.push(p.applyAsync(getPage, [url], { callback: (res) => parsePage(res, db) }));
  }

  p.close();
  await p.join();
  // There is no need to ask for the results here: the callback has had them.
  const found = await Promise.all(results.map((res) => res.get()));
  console.log(JSON.stringify(found.map((res) => res && { ...res, text: start(res.text) })));
  console.log(readFileSync(db, "utf8").trimEnd());
  rmSync(folder, { recursive: true });
}

/** As much of a page as its document shows. */
function start(text: string): string {
  return text.slice(0, 17) + "...";
}
