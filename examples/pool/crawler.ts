/**
 * A crawler: a compiled regular expression goes to a worker with the URL, and comes back with the
 * page. Reads the boards at the URLs given as arguments, or else one of its own.
 */

import { type AsyncResult, Pool } from "@nproc/multiprocessing";
import { setUp } from "../_lib.ts";
import { board, serve } from "../_site.ts";

type Info = [pattern: RegExp, content: string];

export async function getPage(url: string, pattern: RegExp): Promise<Info> {
  const response = await (await fetch(url)).text();
  return [pattern, response];
}

function parsePage([pattern, content]: Info): void {
  for (const item of content.matchAll(pattern)) {
    const dic = {
      index: item[1]!.trim(),
      title: item[2]!.trim(),
      actor: item[3]!.trim(),
      time: item[4]!.trim(),
    };
    console.log(JSON.stringify(dic));
  }
}

if (import.meta.main) {
  const given = setUp();
  await using site = await serve({ "/board/7": board });
  // `s` is Python's `re.S`; `g` is what `findall` does.
  const pattern1 =
    /<dd>.*?<.*?class="board-index.*?>(\d+)<\/i>.*?title="(.*?)".*?class="movie-item-info".*?<p class="star">(.*?)<\/p>.*?<p class="releasetime">(.*?)<\/p>/gs;

  const urls = given.length > 0 ? given : [site.url + "/board/7"];
  const patterns = new Map(urls.map((url) => [url, pattern1]));

  const p = new Pool();
  const results: AsyncResult<Info>[] = [];
  for (const [url, pattern] of patterns) {
    results.push(p.applyAsync(getPage, [url, pattern], { callback: parsePage }));
  }

  for (const res of results) await res.get();
}
