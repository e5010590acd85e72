/** The rules of `deno lint` that are this repository's own. */

import { type Comment, isTooWide, narrowed } from "./comment_width.ts";

type Rule = Deno.lint.Rule;
type Node = Deno.lint.Node;

const isSource = (file: string): boolean => /\/(src\/.*|mod\.ts)$/.test(file.replaceAll("\\", "/"));

/**
 * What differs between the runtimes stays in `src/runtime/`. The rest names none of their globals;
 * Deno's own rules `no-process-global` and `no-node-globals` see to Node's where they are bare.
 */
const runtimeOnly: Rule = {
  create(context) {
    if (!isSource(context.filename) || /[\\/]src[\\/]runtime[\\/]/.test(context.filename)) {
      return {};
    }
    const report = (node: Node, name: string): void =>
      context.report({ node, message: `Only src/runtime/ may name ${name}` });
    return {
      Identifier(node): void {
        if (node.name === "Deno" || node.name === "Bun") report(node, node.name);
      },
      "MemberExpression[object.name=globalThis][property.name=process]"(node: Node): void {
        report(node, "globalThis.process");
      },
      "MemberExpression[object.name=globalThis][property.value=process]"(node: Node): void {
        report(node, "globalThis.process");
      },
    };
  },
};

/**
 * Which runtime this is, one file asks. Whoever depends on what differs asks for a capability by
 * its name, or chooses with `forRuntime`.
 */
const noSniffing: Rule = {
  create(context) {
    const file = context.filename.replaceAll("\\", "/");
    if (!isSource(file) || file.endsWith("/src/runtime/capabilities.ts")) return {};
    const report = (node: Node): void =>
      context.report({ node, message: "Ask runtime/capabilities.ts for a capability" });
    return {
      "BinaryExpression[operator=in][left.value=/^(Deno|Bun|process)$/]": report,
      "BinaryExpression[operator=/^[!=]==?$/] > MemberExpression[property.name=name]"(
        node: Deno.lint.MemberExpression,
      ): void {
        const { object } = node;
        if (object.type === "Identifier" && /^(runtime|capabilities)$/.test(object.name)) {
          report(node);
        }
      },
    };
  },
};

/** A module that waits while it is loaded cannot be had by `require()`. */
const noTopLevelAwait: Rule = {
  create(context) {
    if (!isSource(context.filename)) return {};
    const check = (node: Node): void => {
      const around = context.sourceCode.getAncestors(node);
      if (around.some(({ type }) => /Function|MethodDefinition|StaticBlock/.test(type))) return;
      context.report({ node, message: "A published module must not wait while it is loaded" });
    };
    return { AwaitExpression: check, "ForOfStatement[await=true]": check };
  },
};

/** As `deno.json` says to `deno fmt`. */
const columns = 100;

/** A comment and where it stands. */
interface PlacedComment extends Comment {
  range: [number, number];
}

/** The comments of a file. Lines of `//` in the same column, one below the other, are one. */
function commentsOf(text: string, all: (Deno.lint.LineComment | Deno.lint.BlockComment)[]) {
  const found: PlacedComment[] = [];
  for (const { type, value, range } of all) {
    const before = text.slice(text.lastIndexOf("\n", range[0] - 1) + 1, range[0]);
    const last = found.at(-1);
    const isNext = last !== undefined && type === "Line" && last.type === "Line" &&
      /^\n *$/.test(text.slice(last.range[1], range[0])) && last.column === before.length;
    if (isNext) {
      found[found.length - 1] = {
        ...last,
        values: [...last.values, value],
        range: [last.range[0], range[1]],
      };
    } else {
      found.push({ type, values: [value], column: before.length, range });
    }
  }
  return found;
}

/** `deno lint --fix` breaks comments anew, unless they stand behind code. */
const commentWidth: Rule = {
  create(context) {
    return {
      Program(): void {
        const { text } = context.sourceCode;
        for (const comment of commentsOf(text, context.sourceCode.getAllComments())) {
          if (!isTooWide(comment, columns)) continue;
          const { range, column } = comment;
          const isAlone = text.slice(range[0] - column, range[0]).trim() === "";
          const better = isAlone ? narrowed(comment, columns) : undefined;
          const canFix = better !== undefined && better !== text.slice(...range);
          context.report({
            range,
            message: `A comment must end within ${columns} columns`,
            ...(canFix && {
              fix: (fixer: Deno.lint.Fixer) => fixer.replaceTextRange(range, better),
            }),
          });
        }
      },
    };
  },
};

const plugin: Deno.lint.Plugin = {
  name: "nproc",
  rules: {
    "runtime-only": runtimeOnly,
    "no-sniffing": noSniffing,
    "no-top-level-await": noTopLevelAwait,
    "comment-width": commentWidth,
  },
};

export default plugin;
