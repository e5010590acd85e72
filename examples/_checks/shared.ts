import assert from "node:assert/strict";
import type { Checks } from "../_check.ts";

export const checks: Checks = {
  value_array({ lines }) {
    assert.deepEqual(lines, ["before: 0 [1, 2, 3, 4, 5]", "after: 1 [2, 4, 6, 8, 10]"]);
  },

  typecodes({ lines }) {
    assert.deepEqual(lines, ["typecode: 512 1024 a", "type: 512 1024 a"]);
  },

  producer_consumer({ lines }) {
    assert.deepEqual(lines, ["1024", "zty"]);
  },
};
