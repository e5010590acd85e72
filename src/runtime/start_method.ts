/** How a child is made: a thread of this process, or an operating-system process. */
export type StartMethod = "worker" | "process";
