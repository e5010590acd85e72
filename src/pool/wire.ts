/**
 * How tasks and outcomes stand in a frame. Both begin with their length, so that one that cannot
 * be read is skipped and disturbs no other.
 *
 *     tasks     slot of the first · lease · 1 if the first is not leased ·
 *               count · (function id · reference)* · count · id* · task*
 *     task      length · flags · function id · [place of a chunk's first item] · arguments
 *     outcomes  clock · outcome*
 *     outcome   length · id · status · microseconds · value
 *     returned  (slot · id)*
 *
 * @module
 * @internal
 */

import type { Decoder } from "../codec/decoder.ts";
import { DecodeFailure } from "../codec/failure.ts";
import type { Encoder } from "../codec/encoder.ts";
import type { Root } from "../codec/path.ts";

/** How a task's arguments are to be taken; added up. */
export const flag = {
  /** A chunk: the arguments are a list of items, each of them the argument of one call. */
  chunk: 1,
  /** With `chunk`: each item is a list of arguments. */
  star: 2,
  /** With `chunk`: the arguments are the list, and one more argument for each call. */
  kwargs: 4,
  /** The worker says when it begins to run the task: it has a time limit. */
  announced: 8,
} as const;

/** How a task ended; one that was cancelled never began, and no worker tells of it. */
export const status = { fulfilled: 0, rejected: 1, cancelled: 2 } as const;

/** Writes an outcome. What cannot travel makes it one with an error that tells the path. */
export function writeOutcome(
  encoder: Encoder,
  id: number,
  outcome: Outcome,
  milliseconds: number,
): void {
  const at = encoder.beginSized();
  encoder.writeUint(id);
  const duration = Math.round(milliseconds * 1000);
  const body = encoder.size;
  try {
    writeBody(encoder, outcome, duration);
  } catch (error) {
    encoder.truncate(body);
    writeBody(encoder, { status: status.rejected, value: error }, duration);
  }
  encoder.endSized(at);
}

function writeBody(encoder: Encoder, outcome: Outcome, duration: number): void {
  encoder.writeUint(outcome.status);
  encoder.writeUint(duration);
  const root = outcome.status === status.fulfilled ? outcome.root ?? "result" : "value";
  encoder.write(outcome.value, root);
}

/** How a task ended, and with what. */
export interface Outcome {
  readonly status: number;
  readonly value: unknown;
  /** What a refusal calls the value, where it is no single result. */
  readonly root?: Root | undefined;
}

/** The head of an outcome; its value is the decoder's next. */
export interface OutcomeHead {
  readonly id: number;
  readonly status: number;
  readonly milliseconds: number;
  /** The position behind the outcome. */
  readonly end: number;
}

/** Reads all of an outcome but its value. */
export function readOutcomeHead(body: Decoder): OutcomeHead {
  const end = body.readSized();
  const id = body.readUint();
  const how = body.readUint();
  if (how !== status.fulfilled && how !== status.rejected) {
    throw new DecodeFailure(`it holds an outcome of an unknown kind (${how})`);
  }
  return { id, status: how, milliseconds: body.readUint() / 1000, end };
}
