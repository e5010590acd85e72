/** The claims, in the order of the table, and what they are called there. */

/** By the name that programs know them by. */
export const titles: Readonly<Record<string, string>> = {
  runs: "runs, and ends when told to, on",
  main: "a function of the main module is a task",
  inline: "an inline function is a task",
  types: "arguments and results have the function's types",
  exit: "worker exits: caller is told, pool goes on",
  memory: "out of memory: caller is told, pool goes on",
  error: "errors keep class, properties, cause",
  endless: "endless loop is ended, pool goes on",
  dropped: "a pool left open lets the program end",
  lazy: "endless input, pulled as results are taken",
  queue: "queue between workers",
  pipe: "pipe between workers",
  lock: "lock between workers",
  value: "shared values and arrays with a lock",
  manager: "objects served to workers and other machines",
};
