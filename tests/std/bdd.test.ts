import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";

const log: string[] = [];
const say = (what: string) => () => void log.push(what);

describe("bdd", () => {
  describe("outer", () => {
    beforeAll(say("outer first"));
    afterAll(say("outer last"));
    beforeEach(say("outer before"));
    afterEach(say("outer after"));

    it("one", say("one"));
    it.ignore("never", () => {
      throw new Error("an ignored test was run");
    });

    describe("inner", () => {
      beforeAll(say("inner first"));
      afterAll(say("inner last"));
      beforeEach(say("inner before"));
      afterEach(say("inner after"));

      it("two", async () => {
        await Promise.resolve();
        log.push("two");
      });
    });
  });

  it("runs hooks around tests, outer ones outside", () => {
    assertEquals(log, [
      "outer first",
      ...["outer before", "one", "outer after"],
      "inner first",
      ...["outer before", "inner before", "two", "inner after", "outer after"],
      "inner last",
      "outer last",
    ]);
  });
});
