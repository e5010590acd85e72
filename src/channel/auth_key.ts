import { randomNonce } from "../runtime/proof.ts";

/** How many bytes a key has that nobody can guess. */
const keySize = 32;

/**
 * Makes a key for `Listener`, `connect`, `Manager` and `Manager.connect`: 256 random bits, as text
 * of 64 characters from 0 to f. It comes from the system's own source of randomness, and no two
 * calls give the same.
 *
 * Who knows the key of a listener or a manager can run any code there: keep it where secrets are
 * kept, and give it to those programs alone.
 *
 * @example
 * ```ts
 * import { connect, generateAuthKey, Listener } from "@nproc/multiprocessing";
 *
 * const authKey = generateAuthKey();
 * console.log(authKey.length); // 64
 * using listener = new Listener({ authKey });
 * const accepted = listener.accept();
 * using here = await connect(await listener.address, { authKey });
 * using there = await accepted;
 * await here.send("proven");
 * console.log(await there.recv()); // proven
 * ```
 *
 * @returns The key.
 */
export function generateAuthKey(): string {
  return Array.from(randomNonce(keySize), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
