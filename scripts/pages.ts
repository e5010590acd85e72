/**
 * Puts programs into the pages that show them. A page names a program in a comment,
 * `<!-- examples/recipes/progress.ts -->`, and the code block after it is the text of that file: so
 * the program that a reader copies is the one that the tests run. `--check` changes nothing, and
 * fails where a block differs, where no page shows a recipe, or where a link leads nowhere.
 */

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { root } from "./toolchain.mjs";

const recipes = "examples/recipes";
const languages: Record<string, string> = { ".ts": "ts", ".py": "python" };

/** A page, and what it should be. */
interface Page {
  file: string;
  text: string;
  wanted: string;
  /** The programs that it shows. */
  programs: string[];
}

/** The pages: those of the folder itself, and all below `docs/`. */
function pageFiles(): string[] {
  const below = fs.readdirSync(path.join(root, "docs"), { recursive: true, encoding: "utf8" });
  const files = [...fs.readdirSync(root), ...below.map((file) => path.posix.join("docs", file))];
  return files.map((file) => file.replaceAll("\\", "/")).filter((file) => file.endsWith(".md"));
}

function readPage(file: string): Page {
  const text = fs.readFileSync(path.join(root, file), "utf8");
  const programs: string[] = [];
  const wanted = text.replaceAll(
    /<!-- (examples\/\S+) -->\n(?:\n```\w+\n[^]*?\n```\n)?/g,
    (mark: string, program: string) => {
      const found = path.join(root, program);
      if (!fs.existsSync(found)) throw new Error(`${file} shows ${program}, which is not there`);
      programs.push(program);
      const code = fs.readFileSync(found, "utf8").trimEnd();
      const language = languages[path.extname(program)] ?? "";
      return `${mark.slice(0, mark.indexOf("\n"))}\n\n\`\`\`${language}\n${code}\n\`\`\`\n`;
    },
  );
  return { file, text, wanted, programs };
}

/** The words that a link to a heading of the page may end with. */
function anchors(text: string): Set<string> {
  const headings = text.matchAll(/^#+ (.*)$/gm);
  return new Set([...headings].map(([, heading]) => {
    return heading!.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
  }));
}

/** The links of a page to files and headings that are not there. */
function deadLinks({ file, text }: Page): string[] {
  const prose = text.replaceAll(/^```[^]*?^```$/gm, "");
  const links = [...prose.matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)].map(([, link]) => link!);
  return links.filter((link) => {
    const [target = "", anchor] = link.split("#");
    const found = target === "" ? file : path.posix.join(path.posix.dirname(file), target);
    if (!fs.existsSync(path.join(root, found))) return true;
    if (anchor === undefined) return false;
    return !anchors(fs.readFileSync(path.join(root, found), "utf8")).has(anchor);
  });
}

const isCheck = process.argv.includes("--check");
const pages = pageFiles().map(readPage);
const shown = new Set(pages.flatMap(({ programs }) => programs));
const problems: string[] = [];
for (const page of pages) {
  const { file, text, wanted } = page;
  if (text !== wanted && isCheck) problems.push(`${file}: run "deno task pages"`);
  if (text !== wanted && !isCheck) fs.writeFileSync(path.join(root, file), wanted);
  for (const link of deadLinks(page)) problems.push(`${file}: ${link} leads nowhere`);
}
for (const name of fs.readdirSync(path.join(root, recipes))) {
  const program = `${recipes}/${name}`;
  if (!shown.has(program)) problems.push(`${program}: no page shows it`);
}
for (const problem of problems) console.error(problem);
console.log(`${pages.length} pages show ${shown.size} programs, ${problems.length} problems`);
if (problems.length > 0) process.exit(1);
