/** What the suite of hostile clients has in a manager's server. */

import process from "node:process";

export class Probe {
  /** How much memory the server's process has, in bytes. */
  memory(): number {
    return process.memoryUsage.rss();
  }
}
