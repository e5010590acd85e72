/**
 * Who wrote a message, and what it may do here for that.
 *
 * @module
 * @internal
 */

/**
 * A child of this program that may do what this one may; one that has fewer permissions; another
 * program that has proven a key; and one that has not, as there is none.
 */
export type Origin = "program" | "restricted" | "proven" | "stranger";

/**
 * Whether it has no memory in common with this program, and must not point into that. So is a child
 * of fewer permissions: Deno lets only those map memory that have all.
 */
export const isForeign = (origin: Origin): boolean => origin !== "program";

/** Whether it may run any code here in any case, by the modules that it names. */
export const mayRunCode = (origin: Origin): boolean => origin === "program" || origin === "proven";

/** Why nothing is imported for it, and what to do; `undefined` where it may name modules. */
export function importRefusal(origin: Origin): string | undefined {
  switch (origin) {
    case "stranger":
      return "nothing is imported for who has proven no authKey; import it here before, or give both sides an authKey";
    case "restricted":
      return "nothing is imported for a child that has fewer permissions; import it here before";
    default:
      return undefined;
  }
}
