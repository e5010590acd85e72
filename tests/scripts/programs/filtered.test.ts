/** What the test of `--filter` runs. */

import { afterAll, describe, it } from "@std/testing/bdd";

describe("fruit", () => {
  afterAll(() => console.log("the fruit is eaten"));
  it("apple (1/2)", () => console.log("an apple"));
  it("pear", () => console.log("a pear"));
});

it.ignore("stone", () => {});
