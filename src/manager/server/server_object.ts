/**
 * The server itself, as an object that its clients can call.
 *
 * @module
 * @internal
 */

/** What a client can ask a server. */
export interface Answers {
  readonly id: string;
  address(): Promise<string>;
  openSocket(): void;
  objects(): number;
  types(): string[];
}

/** The server itself. */
export class ServerObject {
  readonly #answers: Answers;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** Where others can connect; from now on they can. */
  async address(): Promise<string> {
    return await this.#answers.address();
  }

  /** Lets others connect at the socket that they know of. */
  openSocket(): void {
    this.#answers.openSocket();
  }

  /** How many objects somebody outside of the server refers to. */
  numberOfObjects(): number {
    return this.#answers.objects();
  }

  /** What tells the server from all others, and the types that it has been given. */
  introduce(): { id: string; types: string[] } {
    return { id: this.#answers.id, types: this.#answers.types() };
  }
}
