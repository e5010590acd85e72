/**
 * A registry on this machine alone that has one package: this repository's, for Deno and for npm.
 */

import http from "node:http";
import type { AddressInfo } from "node:net";
import { jsrAnswer } from "./jsr_side.ts";
import { npmSide } from "./npm_side.ts";
import { publishedPackage } from "./published.ts";

/** A registry that answers. */
export interface Registry {
  /** With a slash at its end: for `JSR_URL`, and for `@jsr:registry` in `.npmrc`. */
  readonly url: string;
  /** What was asked for, in the order in which it was. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Begins to serve the package as it is now, at a free port unless told otherwise. */
export async function serveRegistry(port = 0): Promise<Registry> {
  const pack = publishedPackage();
  const requests: string[] = [];
  let url = "";
  const npmAnswer = npmSide(pack, () => url);
  const server = http.createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", url).pathname);
    requests.push(path);
    const answer = jsrAnswer(pack, path) ?? npmAnswer(path);
    response.writeHead(answer ? 200 : 404, { "content-type": answer?.type ?? "text/plain" });
    response.end(answer?.body ?? `There is no ${path} here`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
