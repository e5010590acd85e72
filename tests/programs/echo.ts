/** Prints what it was given; or exits, or hangs. */

import fs from "node:fs";
import process from "node:process";

const args = process.argv.slice(2);
if (args[0] === "exit") process.exit(Number(args[1]));
if (args[0] === "hang") {
  console.log("about to hang");
  setInterval(() => {}, 1000);
} else {
  console.log(JSON.stringify({ args, input: fs.readFileSync(0, "utf8") }));
}
