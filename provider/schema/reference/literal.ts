import { propertiesOf, type Property, type Type } from "../property";
import { ConfigSecret, isElsewhere, StackOutput } from "./examples";

/** How a language writes what is no list and no map. */
interface Words {
  secret(key: string): string;
  output(name: string): string;
  boolean(value: boolean): string;
}

export const typescriptWords: Words = {
  secret: (key) => `config.requireSecret("${key}")`,
  output: (name) => `stack.requireOutput("${name}")`,
  boolean: String,
};

export const pythonWords: Words = {
  secret: (key) => `config.require_secret("${key}")`,
  output: (name) => `stack.require_output("${name}")`,
  boolean: (value) => (value ? "True" : "False"),
};

/** A value as a literal, on one line where it fits. `indent` is that of its first line, and one step. */
export function literal(value: unknown, [indent, step]: readonly [string, string], words: Words): string {
  if (value instanceof ConfigSecret) return words.secret(value.key);
  if (value instanceof StackOutput) return words.output(value.output);
  if (typeof value === "boolean") return words.boolean(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const items = Object.entries(value).map(
    ([key, item]) => [Array.isArray(value) ? "" : `${JSON.stringify(key)}: `, item as unknown] as const,
  );
  const flat = items.map(([key, item]) => key + literal(item, ["", step], words)).join(", ");
  if (flat.length <= 70) return open + flat + close;
  const deeper = indent + step;
  const lines = items.map(([key, item]) => `${deeper}${key}${literal(item, [deeper, step], words)},\n`);
  return `${open}\n${lines.join("")}${indent}${close}`;
}

/** A value in YAML's block style, beginning with a line end where it is a list or a map. */
export function block(value: unknown, indent: string): string {
  if (value instanceof ConfigSecret) return ` \${${value.key}}`;
  if (value instanceof StackOutput) return ` \${stack.outputs["${value.output}"]}`;
  if (typeof value === "string") return ` ${/^[A-Za-z][\w.:/@-]*$/.test(value) ? value : JSON.stringify(value)}`;
  if (typeof value !== "object" || value === null) return ` ${JSON.stringify(value)}`;
  const deeper = `${indent}  `;
  if (Array.isArray(value)) return value.map((item) => `\n${indent}- ${block(item, deeper).trimStart()}`).join("");
  return Object.entries(value)
    .map(([key, item]) => `\n${indent}${key}:${block(item, deeper)}`)
    .join("");
}

/** Args with their properties named as in Python. The keys of maps are the user's own. */
export function snakeCase(args: object, properties: readonly Property[]): Record<string, unknown> {
  const types = new Map(properties.map(({ key, type }) => [key, type]));
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      respell(value, types.get(key)),
    ]),
  );
}

function respell(value: unknown, type: Type | undefined): unknown {
  if (typeof value !== "object" || value === null || isElsewhere(value)) return value;
  if (type?.kind === "object") return snakeCase(value, propertiesOf(type.schema, type.token));
  if (type?.kind === "list") return (value as unknown[]).map((item) => respell(item, type.element));
  if (type?.kind !== "map") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, respell(item, type.element)]));
}
