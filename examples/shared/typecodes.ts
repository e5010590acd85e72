/** The type of a `Value` by its code and by the class of a typed array: both ways are equal. */

import { Process, Value } from "@nproc/multiprocessing";
import { setUp } from "../_lib.ts";

const charCode = "a".charCodeAt(0); // The type "c" holds a byte.

/** Prints what a child sees. */
export function show(how: string, int: Value, float: Value, char: Value): void {
  console.log(`${how}: ${int.value} ${float.value} ${String.fromCharCode(char.value)}`);
}

if (import.meta.main) {
  setUp();
  // typecode
  const intTypecode = new Value("i", 512);
  const floatTypecode = new Value("f", 1024.0);
  const charTypecode = new Value("c", charCode);

  // type
  const intType = new Value(Int32Array, 512);
  const floatType = new Value(Float32Array, 1024.0);
  const charType = new Value(Uint8Array, charCode);

  for (
    const args of [
      ["typecode", intTypecode, floatTypecode, charTypecode],
      ["type", intType, floatType, charType],
    ] as const
  ) {
    const process = new Process({ target: show, args });
    process.start();
    await process.join();
  }
}
