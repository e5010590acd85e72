/** A web site on this machine, for the examples that fetch pages. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A site that ends with the block that it was made in. */
export interface Site extends AsyncDisposable {
  readonly url: string;
}

/** Serves pages, by their paths, from a free port of the loopback. */
export async function serve(pages: Readonly<Record<string, string>>): Promise<Site> {
  const server = createServer((request, response) => {
    const page = pages[request.url ?? ""];
    response.writeHead(page === undefined ? 404 : 200, {
      "content-type": "text/html; charset=utf-8",
      "connection": "close",
    });
    response.end(page ?? "Not found");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    },
  };
}

const page = (title: string, words: number): string =>
  `<!DOCTYPE html>\r\n<title>${title}</title>\r\n<p>${"进程池 ".repeat(words)}</p>\r\n`;

/** Five pages of different sizes, by their paths. */
export const pages: Readonly<Record<string, string>> = {
  "/baidu": page("baidu", 20),
  "/python": page("python", 400),
  "/openstack": page("openstack", 3000),
  "/github": page("github", 1),
  "/sina": page("sina", 50_000),
};

/** What the crawler is to find of a film. */
export interface Film {
  index: string;
  title: string;
  actor: string;
  time: string;
}

const film = (index: string, title: string, actor: string, time: string): Film => ({
  index,
  title,
  actor: `主演:${actor}`,
  time: `上映时间:${time}`,
});

/** The films of the board. */
export const films: readonly Film[] = [
  film("1", "霸王别姬", "张国荣,张丰毅,巩俐", "1993-07-26"),
  film("2", "肖申克的救赎", "蒂姆·罗宾斯,摩根·弗里曼", "1994-09-10(加拿大)"),
  film("3", "这个杀手不太冷", "让·雷诺,娜塔莉·波特曼", "1994-09-14(法国)"),
  film("4", "罗马假日", "格利高里·派克,奥黛丽·赫本", "1953-08-20(意大利)"),
  film("5", "泰坦尼克号", "莱昂纳多·迪卡普里奥", "1998-04-03"),
  film("6", "唐伯虎点秋香", "周星驰,巩俐", "1993-07-01(中国香港)"),
  film("7", "千与千寻", "柊瑠美,入野自由", "2001-07-20(日本)"),
];

/** The page of a board of films, in the shape that maoyan.com gives it. */
export const board: string = `<!DOCTYPE html>
<dl class="board-wrapper">${
  films.map(({ index, title, actor, time }) => `
  <dd>
    <i class="board-index board-index-${index}">${index}</i>
    <a href="/films/${index}" title="${title}" class="image-link">
      <img data-src="/${index}.jpg" alt="${title}" class="board-img">
    </a>
    <div class="board-item-main">
      <div class="movie-item-info">
        <p class="name"><a href="/films/${index}" title="${title}">${title}</a></p>
        <p class="star">
          ${actor}
        </p>
        <p class="releasetime">${time}</p>
      </div>
    </div>
  </dd>`).join("")
}
</dl>
`;
