import { describe, it } from "@std/testing/bdd";
import { assertEquals } from "@std/assert";
import { JournalReader, journalSize, JournalWriter } from "../../src/pool/journal.ts";
import { createScratch } from "../../src/runtime/scratch.ts";

/** The two sides of a journal whose serial numbers go on from there. */
function make(serial?: number): { writer: JournalWriter; reader: JournalReader } {
  const scratch = createScratch("worker", journalSize, true)!;
  return { writer: new JournalWriter(scratch, serial), reader: new JournalReader(scratch) };
}

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

describe("A pool's journal", () => {
  it("tells what has begun, and the outcomes before", () => {
    const { writer, reader } = make();
    assertEquals(reader.read(), { begun: 0, outcomes: [] });
    writer.restart(1);
    assertEquals(reader.read(), { begun: 1, outcomes: [] });
    writer.append(2, bytes(1, 2, 3));
    writer.append(3, bytes(4));
    assertEquals(reader.read(), { begun: 3, outcomes: [bytes(1, 2, 3), bytes(4)] });
    // What stands behind does not continue the count.
    writer.restart(4);
    assertEquals(reader.read(), { begun: 4, outcomes: [] });
  });

  it("goes on behind the numbers that 32 bits have, of records and of tasks", () => {
    for (const edge of [2 ** 32 - 3, 2 ** 31 - 3, 2 ** 40]) {
      const { writer, reader } = make(edge);
      for (let i = 0; i < 6; i++) {
        const slot = edge + 10 * i;
        writer.restart(slot);
        assertEquals(reader.read(), { begun: slot, outcomes: [] });
        writer.append(slot + 1, bytes(i));
        assertEquals(reader.read(), { begun: slot + 1, outcomes: [bytes(i)] });
      }
    }
  });

  it("is full before its end, and then has all that it took", () => {
    const { writer, reader } = make();
    writer.restart(1);
    let slot = 1;
    while (writer.append(slot + 1, bytes(7, 7))) slot++;
    const { begun, outcomes } = reader.read();
    assertEquals([begun, outcomes.length], [slot, slot - 1]);
  });
});
