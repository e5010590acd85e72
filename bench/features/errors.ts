/** A user's own error: all that it has should come back from a task. */

/** An error with properties of its own. */
export class AppError extends Error {
  override name = "AppError";
  readonly code: number;
  readonly details: { readonly user: string };

  constructor(message: string, code: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = { user: "ada" };
  }
}

/** Says what of the error came back: all of it is "yes". */
export function judgeError(error: unknown): string {
  const { code, details, cause } = error as Partial<AppError>;
  const kept = [
    error instanceof AppError && "class",
    code === 7 && details?.user === "ada" && "properties",
    cause instanceof RangeError && cause.message === "deep" && "cause",
  ].filter((part) => part !== false);
  return kept.length === 3 ? "yes" : kept.length === 0 ? "no" : `${kept.join(", ")} only`;
}
