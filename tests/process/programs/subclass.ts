/** A subclass that the main module exports. */

import process from "node:process";
import { Process, setStartMethod, type StartMethod } from "../../../mod.ts";

export class Adder extends Process {
  a: number;
  b: number;
  constructor(a: number, b: number) {
    super({ name: "Adder" });
    this.a = a;
    this.b = b;
  }
  override run(): void {
    console.log(`${this.name}: ${this.a + this.b}`);
  }
}

if (import.meta.main) {
  setStartMethod(process.argv[2] as StartMethod);
  const adder = new Adder(3, 4);
  adder.start();
  await adder.join();
  console.log(`exit code ${adder.exitCode}`);
}
