/**
 * What the codec refuses, and how it says so.
 *
 * @module
 * @internal
 */

/** Bytes that no encoder wrote, or that lost their end. */
export class DecodeFailure extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(`Cannot decode the message as ${reason}`, options);
  }

  static {
    // The class is no part of the public API: callers see an ordinary Error.
    this.prototype.name = "Error";
  }
}

/** A name with its article. */
export function aName(name: string): string {
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}

/** A value that cannot travel, with the path to it. */
export function refusal(path: string, reason: string): DOMException {
  return new DOMException(`${path} ${reason}`, "DataCloneError");
}
