/** The rules of `deno lint` that are this repository's own. They concern what is published. */

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
 * Which runtime this is, one file asks. Whoever depends on what differs asks for a capability by its
 * name, or chooses with `forRuntime`.
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

const plugin: Deno.lint.Plugin = {
  name: "nproc",
  rules: {
    "runtime-only": runtimeOnly,
    "no-sniffing": noSniffing,
    "no-top-level-await": noTopLevelAwait,
  },
};

export default plugin;
