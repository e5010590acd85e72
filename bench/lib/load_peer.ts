/**
 * Loads a peer when the program runs: types are checked, and everything else runs, without it.
 * `T` says what of it is used.
 */
export async function loadPeer<T>(name: string): Promise<T> {
  return await import(name) as T;
}
