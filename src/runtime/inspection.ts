/**
 * What `console.log` shows of an object: one line with its class and its state, as Python's `repr`.
 *
 * @module
 * @internal
 */

/** What Node, Bun and Deno ask an object for; Deno also knows Node's, in `node:util` alone. */
const symbols = [Symbol.for("nodejs.util.inspect.custom"), Symbol.for("Deno.customInspect")];

/** What there is to say of an object: `undefined` is left out. */
export type Details = Readonly<Record<string, string | number | bigint | boolean | undefined>>;

/** Has the instances of a class be shown as one line. `details` may throw. */
export function showAs<T extends object>(
  cls: { readonly name: string; readonly prototype: T },
  name: string | ((object: T) => string),
  details: (object: T) => Details,
): void {
  function show(this: T): string {
    let shown = typeof name === "string" ? name : cls.name;
    try {
      if (typeof name !== "string") shown = name(this);
      return `<${shown}${written(details(this))}>`;
    } catch (error) {
      // Nobody expects a look at an object to fail: it is disposed of, or a class' prototype.
      const isDisposed = error instanceof Error && error.message.includes("disposed");
      return `<${shown}${isDisposed ? " state=disposed" : ""}>`;
    }
  }
  for (const symbol of symbols) {
    Object.defineProperty(cls.prototype, symbol, {
      value: show,
      writable: true,
      configurable: true,
    });
  }
}

function written(details: Details): string {
  let text = "";
  for (const [name, value] of Object.entries(details)) {
    if (value !== undefined) text += ` ${name}=${String(value)}`;
  }
  return text;
}
