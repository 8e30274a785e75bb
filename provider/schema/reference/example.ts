import type { z } from "zod";
import { propertiesOf } from "../property";
import { examples } from "./examples";
import { python, typescript, yaml } from "./program";
import { nameOf } from "./words";

/** The example of a component, custom resource or provider: TypeScript, and folded below it the other languages. */
export function exampleSection({ token, args }: { token: string; args: z.ZodObject }): string[] {
  const example = examples[token];
  if (!example) throw new Error(`${token}: has no example; add one to provider/schema/reference/examples.ts`);
  const isProvider = token.startsWith("pulumi:providers:");
  const resource = {
    kind: isProvider ? "Provider" : nameOf(token),
    token: isProvider ? token : token.replace(":index:", ":"),
    args: propertiesOf(args, token),
  };
  return [
    "## Example",
    code("ts", typescript(example, resource)),
    folded("Python", code("python", python(example, resource))),
    folded("YAML", code("yaml", yaml(example, resource))),
  ];
}

const code = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

const folded = (title: string, body: string): string => `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
