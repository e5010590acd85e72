/**
 * Whether the compiler checks arguments and results of a task by the function's own type: a program
 * with two mistakes for each library, both of which have to be found. Nothing of it is run.
 */

import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { root } from "../../scripts/toolchain.mjs";

const square = "const square = (n: number): number => n ** 2;";

/** The mistakes: a text for a number, and a number that is taken for a text. */
function mistakes(calls: (argument: string) => string): string {
  return `
    // @ts-expect-error -- the argument
    ${calls('"text"')};
    // @ts-expect-error -- the result
    const text: string = ${calls("2")};`;
}

const programs: Readonly<Record<string, string>> = {
  nproc: `import { Pool } from "${root}mod.ts"; ${square}
    const pool = new Pool(); ${mistakes((n) => `await pool.apply(square, [${n}])`)}`,
  piscina: `import { Piscina } from "piscina";
    const pool = new Piscina({ filename: "" }); ${mistakes((n) => `await pool.run(${n})`)}`,
  tinypool: `import { Tinypool } from "tinypool";
    const pool = new Tinypool({ filename: "" }); ${mistakes((n) => `await pool.run(${n})`)}`,
  workerpool: `import { pool as open } from "workerpool"; ${square}
    const pool = open(); ${mistakes((n) => `await pool.exec(square, [${n}])`)}`,
  poolifier: `import { FixedThreadPool } from "poolifier";
    const pool = new FixedThreadPool(1, ""); ${mistakes((n) => `await pool.execute(${n})`)}`,
  multithreading: `import { move, spawn } from "multithreading"; ${square}
    ${
    mistakes((n) =>
      `await spawn(move(${n}), square).join().then((r) => { if (!r.ok) throw r.error; return r.value; })`
    )
  }`,
};

/** Those whose tasks have a type that is written down once more, apart from the function. */
const byHand: Readonly<Record<string, string>> = {
  piscina: programs["piscina"]!.replace("new Piscina(", "new Piscina<number, number>("),
  poolifier: programs["poolifier"]!.replace("Pool(1", "Pool<number, number>(1"),
};

/** Compiles a program where the libraries are found; whether it is as is expected. */
function isFound(program: string): boolean {
  const folder = fs.mkdtempSync(path.join(root, "bench/node_modules/.types-"));
  try {
    const file = path.join(folder, "program.mts");
    fs.writeFileSync(file, program);
    const config = path.join(folder, "tsconfig.json");
    fs.writeFileSync(
      config,
      JSON.stringify({
        extends: path.join(root, "tsconfig.json"),
        compilerOptions: {
          skipLibCheck: true,
          types: ["node"],
          typeRoots: [path.join(root, "node_modules/@types")],
        },
        files: [file],
      }),
    );
    const compiler = path.join(root, "node_modules/typescript/bin/tsc");
    execFileSync("node", [compiler, "-p", config], { stdio: "pipe" });
    return true;
  } catch (error) {
    const { stdout } = error as { stdout: { toString(): string } };
    console.error(String(stdout).trim());
    return false;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** What the table says. */
export function typeCheck(library: string): string {
  const program = programs[library];
  if (program === undefined) return "";
  if (isFound(program)) return "yes";
  const declared = byHand[library];
  return declared !== undefined && isFound(declared) ? "by hand" : "no";
}
