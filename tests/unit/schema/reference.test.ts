import { describe, expect, it } from "vitest";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Definition } from "../../../provider/schema/definition";
import { parseArgs } from "../../../provider/schema/parse";
import { propertiesOf } from "../../../provider/schema/property";
import { examples, isElsewhere, ConfigSecret, StackOutput } from "../../../provider/schema/reference/examples";
import { referencePages } from "../../../provider/schema/reference/pages";
import { python, typescript, yaml } from "../../../provider/schema/reference/program";
import { propertySection, typeSection } from "../../../provider/schema/reference/sections";
import { typesOf } from "../../../provider/schema/reference/types";
import { enumType, input, objectType } from "../../../provider/schema/vocabulary";
import { loadPackage } from "../../support/package-definition";

const size = enumType("Size", "A size.", { small: "One seat.", large: "Two seats." });
const part = objectType("Part", "A part.", {
  partName: input(z.string().min(1, "must not be empty")).meta({ description: "Its name.", source: "RFC 1" }),
  size: size.optional().meta({ description: "How large it is.", default: '`"small"`' }),
});
const args = z.strictObject({
  parts: z.array(part).meta({ description: "The parts." }),
  whole: input(part).optional().meta({ description: "All of it." }),
  tokens: input(z.record(z.string(), z.string())).optional().meta({ description: "Tokens.", secret: true }),
  oldName: z.string().optional().meta({ description: "A name.", deprecation: "use `parts`", replaceOnChanges: true }),
});
const properties = propertiesOf(args, "args");

/** Cells without the padding that makes a table line up. */
const rows = (markdown: string): string[] => markdown.split("\n").filter((line) => line.startsWith("| `"));

describe("a property in the reference", () => {
  it("shows at a glance its type in plain words, default, and how it may be given", () => {
    expect(rows(propertySection(properties, "args"))).toEqual([
      "| `parts` | list of [Part](#part) | **required** | plain |",
      "| `whole` | [Part](#part) |  | plain or Output |",
      "| `tokens` | map of strings |  | plain or Output, kept secret |",
      "| `oldName` | string |  | plain |",
    ]);
  });

  it("tells what it is for, its rule in the words of its error, and where that comes from", () => {
    const text = propertySection(propertiesOf(part, "Part"), "args");
    expect(text).toContain("- `partName`: Its name. **Rule**: must not be empty. _Source: RFC 1._");
  });

  it("tells deprecation first, and what a change of it does", () => {
    const text = propertySection(properties, "args");
    expect(text).toContain("- `oldName`: **Deprecated**: use `parts`. A name. A change **replaces** the resource.");
  });

  it("says of outputs whether they are there", () => {
    expect(rows(propertySection(properties, "outputs"))).toEqual([
      "| `parts` | list of [Part](#part) | always |",
      "| `whole` | [Part](#part) | may be absent |",
      "| `tokens` | map of strings | may be absent, secret |",
      "| `oldName` | string | may be absent |",
    ]);
  });
});

describe("a named type in the reference", () => {
  it("stands once, with every path that leads to it", () => {
    const types = typesOf(properties);
    expect([...types.keys()]).toEqual(["certfleet:index:Part", "certfleet:index:Size"]);
    const text = typeSection(types.get("certfleet:index:Size")!, "args");
    expect(text).toContain("### Size\n\nA size.\n\nAt `parts[].size`, `whole.size`.");
    expect(text).toContain('- `"small"`: One seat.\n- `"large"`: Two seats.');
  });

  it("may be an Output in all its parts where it may be one as a whole", () => {
    const whole = typesOf(propertiesOf(z.strictObject({ whole: input(part) }), "args"));
    expect(rows(typeSection(whole.get("certfleet:index:Part")!, "args"))[1]).toContain("| plain or Output |");
  });
});

describe("an example", () => {
  const example = {
    name: "thing",
    args: {
      parts: [{ partName: "a b", size: "small" }],
      tokens: { mainToken: new ConfigSecret("token") },
      whole: new StackOutput("org/other/dev", "part"),
    },
  };
  const resource = { kind: "Thing", token: "certfleet:Thing", args: properties };

  it("is spelt as TypeScript", () => {
    expect(typescript(example, resource)).toBe(
      `import * as certfleet from "@certfleet/pulumi";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const stack = new pulumi.StackReference("org/other/dev");
const thing = new certfleet.Thing("thing", {
  "parts": [{"partName": "a b", "size": "small"}],
  "tokens": {"mainToken": config.requireSecret("token")},
  "whole": stack.requireOutput("part"),
});`,
    );
  });

  it("is spelt as Python, but for the keys of maps", () => {
    expect(python(example, resource)).toBe(
      `import pulumi
import pulumi_certfleet as certfleet

config = pulumi.Config()
stack = pulumi.StackReference("org/other/dev")
thing = certfleet.Thing(
    "thing",
    parts=[{"part_name": "a b", "size": "small"}],
    tokens={"mainToken": config.require_secret("token")},
    whole=stack.require_output("part"),
)`,
    );
  });

  it("is spelt as YAML", () => {
    expect(yaml(example, resource)).toBe(
      `config:
  token:
    type: string
    secret: true
resources:
  stack:
    type: pulumi:pulumi:StackReference
    properties:
      name: org/other/dev
  thing:
    type: certfleet:Thing
    properties:
      parts:
        - partName: "a b"
          size: small
      tokens:
        mainToken: \${token}
      whole: \${stack.outputs["part"]}`,
    );
  });
});

/** Args of an example, with what comes from elsewhere as Outputs that are not known. */
function known(value: unknown): unknown {
  if (isElsewhere(value)) return pulumi.output(new Promise<never>(() => undefined));
  if (Array.isArray(value)) return value.map(known);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, known(item)]));
}

describe("docs/reference", async () => {
  const definition = await loadPackage();
  const resources: Pick<Definition, "token" | "args">[] = [
    ...definition.components,
    ...definition.resources,
    { token: "pulumi:providers:certfleet", args: definition.config },
  ];

  it.each(resources)("has an example of $token that its own rules accept", (one) => {
    const { name, args: given } = examples[one.token]!;
    // A component is parsed with the provider's configuration, of which there is none here.
    const definition = { ...one, configure: (parsed: z.output<typeof one.args>) => parsed };
    expect(() => parseArgs(definition, name, known(given))).not.toThrow();
  });

  it("has no example of what does not exist", () => {
    expect(Object.keys(examples).sort()).toEqual(resources.map(({ token }) => token).sort());
  });

  it("has no two headings of one name on a page, so that every link has one end", () => {
    for (const [name, text] of Object.entries(referencePages(definition))) {
      const headings = text.match(/^#+ .*$/gm)!.map((line) => line.replace(/^#+ /, ""));
      expect([...new Set(headings)], name).toEqual(headings);
    }
  });

  it("tells every arg of every component, custom resource and of the provider", () => {
    const text = Object.values(referencePages(definition)).join("\n");
    for (const { args: all } of resources) {
      for (const { key } of propertiesOf(all, "args")) expect(text).toContain(`- \`${key}\`: `);
    }
  });
});
