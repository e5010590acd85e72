/**
 * A module without a role. It goes on, and swallows what is thrown: that must not keep the child.
 */

import process from "node:process";

setInterval(() => {}, 1000);
process.on("uncaughtException", () => {});
process.on("unhandledRejection", () => {});
