import type { Property } from "../property";
import { isElsewhere, ConfigSecret, StackOutput, type Example } from "./examples";
import { block, literal, pythonWords, snakeCase, typescriptWords } from "./literal";

/** An example in one language. `kind` is the resource's name in its SDK, `token` what YAML writes. */
type Program = (example: Example, resource: { kind: string; token: string; args: readonly Property[] }) => string;

export const typescript: Program = ({ name, args }, { kind }) => {
  const [secrets, stack] = [holdsSecret(args), stackOf(args)];
  const lines = [
    'import * as certfleet from "@certfleet/pulumi";',
    (secrets || stack) && 'import * as pulumi from "@pulumi/pulumi";',
    "",
    secrets && "const config = new pulumi.Config();",
    stack && `const stack = new pulumi.StackReference("${stack}");`,
    `const ${name} = new certfleet.${kind}("${name}", ${literal(args, ["", "  "], typescriptWords)});`,
  ];
  return lines.filter((line) => line !== false && line !== undefined).join("\n");
};

export const python: Program = ({ name, args }, { kind, args: properties }) => {
  const [secrets, stack] = [holdsSecret(args), stackOf(args)];
  const given = Object.entries(snakeCase(args, properties)).map(
    ([key, value]) => `    ${key}=${literal(value, ["    ", "    "], pythonWords)},`,
  );
  const lines = [
    (secrets || stack) && "import pulumi",
    "import pulumi_certfleet as certfleet",
    "",
    secrets && "config = pulumi.Config()",
    stack && `stack = pulumi.StackReference("${stack}")`,
    `${name} = certfleet.${kind}(`,
    `    "${name}",`,
    ...given,
    ")",
  ];
  return lines.filter((line) => line !== false && line !== undefined).join("\n");
};

export const yaml: Program = ({ name, args }, { token }) => {
  const stack = stackOf(args);
  const resources = {
    ...(stack ? { stack: { type: "pulumi:pulumi:StackReference", properties: { name: stack } } } : {}),
    [name]: { type: token, properties: args },
  };
  const config = Object.fromEntries(secretsOf(args).map((key) => [key, { type: "string", secret: true }]));
  return block(Object.keys(config).length > 0 ? { config, resources } : { resources }, "").trimStart();
};

/** Every value in args that is no list and no map. */
function leavesOf(value: unknown): unknown[] {
  const isLeaf = typeof value !== "object" || value === null || isElsewhere(value);
  return isLeaf ? [value] : Object.values(value).flatMap(leavesOf);
}

const secretsOf = (args: object): string[] =>
  leavesOf(args).flatMap((value) => (value instanceof ConfigSecret ? [value.key] : []));

const holdsSecret = (args: object): boolean => secretsOf(args).length > 0;

const stackOf = (args: object): string | undefined =>
  leavesOf(args).find((value) => value instanceof StackOutput)?.stack;
