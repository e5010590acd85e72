/**
 * Files without a name, handed down to a child process by their descriptors. To open them through
 * `/proc/<pid>/fd` would take more rights than a child may have: once its parent has changed its
 * user, the system lets nobody look at the parent's descriptors (`PR_SET_DUMPABLE` of prctl(2)).
 *
 * @module
 * @internal
 */

/** A file of a fixed size. */
export interface MemoryFile {
  readonly fd: number;
  /** Where others open it, while this process has not closed it. */
  readonly path: string;
  close(): void;
}

/** The path of a file that a process has open, for that process itself. */
export const pathOfDescriptor = (fd: number): string => `/proc/self/fd/${fd}`;

const descriptor = /^\/proc\/self\/fd\/(\d+)$/;

/**
 * What a child is handed: its paths of the files, and the descriptors in the order of the child's.
 */
export interface Inheritance<K extends string> {
  readonly paths: Partial<Record<K, string>>;
  readonly descriptors: readonly number[];
}

/**
 * Has a child inherit files. Those that have a name keep it.
 *
 * The descriptors rise, as the child's do, and none is lower than the child's: a runtime that makes
 * one after the other overwrites none that it still needs.
 */
export function inherit<K extends string>(
  files: Partial<Record<K, string | undefined>>,
  firstDescriptor: number,
): Inheritance<K> {
  const named: Partial<Record<K, string>> = {};
  const unnamed: { key: K; fd: number }[] = [];
  for (const [key, path] of Object.entries(files) as [K, string | undefined][]) {
    const fd = descriptor.exec(path ?? "")?.[1];
    if (fd !== undefined) unnamed.push({ key, fd: Number(fd) });
    else if (path !== undefined) named[key] = path;
  }
  unnamed.sort((one, other) => one.fd - other.fd);
  const handed = unnamed.map(({ key }, i) => [key, pathOfDescriptor(firstDescriptor + i)]);
  return {
    paths: { ...named, ...Object.fromEntries(handed) },
    descriptors: unnamed.map(({ fd }) => fd),
  };
}
