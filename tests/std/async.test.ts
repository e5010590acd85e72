import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { abortable, deadline, delay } from "@std/async";
import { assertSpyCalls, spy } from "@std/testing/mock";
import { describe, it } from "@std/testing/bdd";

describe("delay()", () => {
  it("waits", async () => {
    const start = performance.now();
    await delay(20);
    assertStrictEquals(performance.now() - start >= 18, true);
  });

  it("rejects when the signal aborts", async () => {
    const controller = new AbortController();
    const waiting = delay(60_000, { signal: controller.signal });
    controller.abort(new RangeError("enough"));
    await assertRejects(() => waiting, RangeError, "enough");
    await assertRejects(() => delay(1, { signal: controller.signal }), RangeError, "enough");
  });
});

describe("deadline()", () => {
  it("gives what is there in time", async () => {
    assertStrictEquals(await deadline(Promise.resolve(7), 1000), 7);
  });

  it("rejects with a TimeoutError", async () => {
    const { promise } = Promise.withResolvers<void>();
    const error = await assertRejects(() => deadline(promise, 5), DOMException);
    assertStrictEquals(error.name, "TimeoutError");
  });

  it("rejects when the signal aborts", async () => {
    const { promise } = Promise.withResolvers<void>();
    const signal = AbortSignal.abort(new RangeError("enough"));
    await assertRejects(() => deadline(promise, 1000, { signal }), RangeError, "enough");
  });
});

describe("abortable()", () => {
  it("gives what the promise gives", async () => {
    const { signal } = new AbortController();
    assertStrictEquals(await abortable(Promise.resolve(1), signal), 1);
    await assertRejects(() => abortable(Promise.reject(new TypeError("no")), signal), TypeError);
  });
});

describe("spy()", () => {
  it("remembers calls", () => {
    const double = spy((x: number) => 2 * x);
    assertStrictEquals(double(4), 8);
    assertSpyCalls(double, 1);
    assertEquals(double.calls[0]?.args, [4]);
    assertEquals(double.calls[0]?.returned, 8);
  });
});
