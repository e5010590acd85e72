/** A CommonJS program: what it exports, and a task of its own. */

const process = require("node:process");
const { pathToFileURL } = require("node:url");
const { getContext, task } = require("../../../mod.ts");

const factor = 2;

function double(x) {
  return x * factor;
}
exports.double = double;
exports.call = function call(fn, x) {
  return fn(x);
};
class Square {
  constructor(x) {
    this.x = x;
  }
  get area() {
    return this.x ** factor;
  }
}
exports.Square = Square;
exports.area = function area(square) {
  return square.area;
};
// Not exported: found by its place among the module's tasks.
const plusOne = task({ url: pathToFileURL(__filename).href }, (x) => x * factor + 1);

async function main() {
  const { Pool } = getContext(process.argv[2]);
  const pool = new Pool(1);
  console.log("exported", await pool.apply(double, [21]));
  console.log("task", await pool.apply(plusOne, [21]));
  console.log("value", await pool.apply(exports.call, [double, 21]));
  console.log("instance", await pool.apply(exports.area, [new Square(3)]));
  await pool.terminate();
}

if (require.main === module) main();
