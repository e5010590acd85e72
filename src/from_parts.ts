/**
 * Makes objects of public classes from internal parts, such as a block of shared memory.
 *
 * The constructor of such a class also accepts those parts, which only its implementation signature
 * says: the signatures that programs see are those for programs. Private fields exist only where
 * the constructor of their class has run, so `Object.create` cannot make such an object.
 *
 * @module
 * @internal
 */

/** A public class, whether or not programs may call its constructor. */
interface PublicClass<T> {
  readonly prototype: T;
}

/** Makes an object of a class from its parts: the arguments of the implementation signature. */
export function fromParts<T extends object>(
  cls: PublicClass<T>,
  ...parts: readonly unknown[]
): T {
  return Reflect.construct(cls as unknown as new (...parts: unknown[]) => T, parts);
}
