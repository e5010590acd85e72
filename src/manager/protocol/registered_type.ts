/**
 * Types of managed objects that a user has registered.
 *
 * @module
 * @internal
 */

import { type ClassReference, referenceToClass } from "../../code/class_reference.ts";
import { type FunctionReference, referenceTo } from "../../code/function_reference.ts";
import type { AnyClass } from "../../code/registered_class.ts";
import type { Callable } from "../../code/task.ts";

/** A type of the user's own, as the server is told of it. */
export interface RegisteredType {
  readonly name: string;
  /** A class whose instances are managed, or a function that gives an object to manage. */
  readonly maker:
    | { readonly kind: "class"; readonly reference: ClassReference }
    | { readonly kind: "function"; readonly reference: FunctionReference };
}

/** What a server is told of a type of the user's own. */
export function typeOf(name: string, maker: AnyClass | Callable): RegisteredType {
  return /^class\b/.test(Function.prototype.toString.call(maker))
    ? { name, maker: { kind: "class", reference: referenceToClass(maker as AnyClass) } }
    : { name, maker: { kind: "function", reference: referenceTo(maker as Callable) } };
}
