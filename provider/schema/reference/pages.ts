import type { z } from "zod";
import type { Definition, PackageDefinition } from "../definition";
import { propertiesOf, type Property } from "../property";
import { metaOf } from "../vocabulary";
import { exampleSection } from "./example";
import { propertySection, typeSection } from "./sections";
import { typesOf } from "./types";
import { nameOf } from "./words";

/** Where hand-written pages stand, seen from the reference. */
const guide = "../guides/args.md";
const errors = "../troubleshooting.md#args";

/** The pages of the reference, by file name: an index, the provider's configuration, and a page per component and custom resource. */
export function referencePages(definition: PackageDefinition): Record<string, string> {
  const { components, resources, config } = definition;
  const pages = [
    ...components.map((one) => [fileOf(one), definitionPage(one, "component")] as const),
    ...resources.map((one) => [fileOf(one), definitionPage(one, "custom resource")] as const),
  ];
  return {
    "index.md": indexPage(definition),
    "provider.md": providerPage(config),
    ...Object.fromEntries(pages),
  };
}

/** "cluster-tls.md" for ClusterTls. */
const fileOf = ({ token }: Definition): string =>
  `${nameOf(token)
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`)
    .toLowerCase()}.md`;

function indexPage({ components, resources }: PackageDefinition): string {
  const list = (definitions: readonly Definition[]) =>
    definitions.map((one) => `- [${nameOf(one.token)}](${fileOf(one)}): ${one.description}`).join("\n");
  return page([
    "# Reference",
    "Every arg and output of certfleet, written by `npm run generate` from the definitions that also check them.",
    `New here? [Args in every language](${guide}) says how names are spelt, what may be an Output, and how defaults merge.`,
    "## Components",
    list(components),
    ...(resources.length > 0 ? ["## Custom resources", list(resources)] : []),
    "## Provider",
    "[Provider configuration](provider.md): what a stack or an explicit provider sets once for all resources.",
  ]);
}

function definitionPage(definition: Definition, kind: string): string {
  const { token, description, args, outputs } = definition;
  return page([
    `# ${nameOf(token)}`,
    description,
    `Token \`${token}\`, a ${kind}. How to read this page: [Args in every language](${guide}).`,
    ...exampleSection(definition),
    ...propertySections(propertiesOf(args, "args"), propertiesOf(outputs, "outputs")),
    "## Errors",
    `All problems of the args come in one error, before anything is made, each with its path, the rule and the likely fix. [Troubleshooting](${errors}) has every text, also of the rules over several properties.`,
  ]);
}

function providerPage(config: z.ZodObject): string {
  return page([
    "# Provider configuration",
    metaOf(config).description ?? "",
    `In a stack: \`pulumi config set certfleet:KEY VALUE\`, and an entry of a list by \`--path 'certfleet:KEY[0]'\`. In a program: the args of \`certfleet.Provider\`, as below. How to read this page: [Args in every language](${guide}).`,
    ...exampleSection({ token: "pulumi:providers:certfleet", args: config }),
    ...propertySections(propertiesOf(config, "config"), []),
  ]);
}

/** Args, then outputs, each with the types that they lead to. A type of both is told among the args. */
function propertySections(args: readonly Property[], outputs: readonly Property[]): string[] {
  const argTypes = typesOf(args);
  const outputTypes = [...typesOf(outputs).values()].filter(({ type }) => !argTypes.has(type.token));
  return [
    "## Args",
    propertySection(args, "args"),
    ...[...argTypes.values()].map((use) => typeSection(use, "args")),
    ...(outputs.length > 0 ? ["## Outputs", propertySection(outputs, "outputs")] : []),
    ...outputTypes.map((use) => typeSection(use, "outputs")),
  ];
}

const page = (parts: readonly string[]): string => `${parts.join("\n\n")}\n`;
