/** A class of managed objects that do harm to their server. */

import process from "node:process";
import type { ManagedFactory, Manager, RawValue } from "../../mod.ts";
import { spin } from "../fixtures.ts";

export class Rude {
  /** Ends the server. */
  exit(code: number): void {
    process.exit(code);
  }

  /** Throws where nobody catches. */
  throwLater(): void {
    setTimeout(() => {
      throw new Error("expected: thrown in a server");
    }, 1);
  }

  /** Says that it has begun, and leaves the server no time for anything else. */
  spin(begun: RawValue, milliseconds: number): void {
    begun.value = 1;
    spin(milliseconds);
  }

  ping(): string {
    return "pong";
  }
}

export function registerRude(manager: Manager): ManagedFactory<typeof Rude> {
  return manager.register("Rude", Rude);
}
