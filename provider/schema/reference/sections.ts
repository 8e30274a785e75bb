import { propertiesOf, type Property } from "../property";
import { nameOf, typeInWords } from "./words";
import type { TypeUse } from "./types";

/** Inputs are asked what they must be given; of outputs it matters whether they are there. */
export type Side = "args" | "outputs";

/** Properties at a glance as a table, and below it what each of them is for. `deferred` says that all of it may be an Output. */
export function propertySection(properties: readonly Property[], side: Side, deferred = false): string {
  const head = side === "args" ? ["Property", "Type", "Default", "Given as"] : ["Property", "Type", "Present"];
  const rows = properties.map((property) => [
    `\`${property.key}\``,
    typeInWords(property.type),
    ...(side === "args" ? inputFacts(property, deferred) : outputFacts(property)),
  ]);
  return `${table([head, ...rows])}\n\n${properties.map(entry).join("\n")}`;
}

const outputFacts = ({ required, secret }: Property): string[] => [
  `${required ? "always" : "may be absent"}${secret ? ", secret" : ""}`,
];

function inputFacts({ required, default: fallback, secret, type }: Property, deferred: boolean): string[] {
  const given = deferred || type.deferred ? "plain or Output" : "plain";
  return [required ? "**required**" : (fallback ?? ""), secret ? `${given}, kept secret` : given];
}

function entry({ key, description, constraints, source, deprecation, replaceOnChanges }: Property): string {
  const rules = constraints.join("; ");
  const parts = [
    deprecation && `**Deprecated**: ${deprecation}.`,
    description,
    rules && `**Rule**: ${rules}.`,
    replaceOnChanges && "A change **replaces** the resource.",
    source && `_Source: ${source}._`,
  ];
  return `- \`${key}\`: ${parts.filter(Boolean).join(" ")}`;
}

/** A named type: what it is, at which paths it stands, and its properties or values. */
export function typeSection({ type, paths }: TypeUse, side: Side): string {
  const places = paths.map((path) => `\`${path}\``).join(", ");
  const body =
    type.kind === "object"
      ? propertySection(propertiesOf(type.schema, nameOf(type.token)), side, type.deferred)
      : type.values.map(({ value, description }) => `- \`"${value}"\`: ${description ?? ""}`).join("\n");
  return `### ${nameOf(type.token)}\n\n${type.description}\n\nAt ${places}.\n\n${body}`;
}

function table([head = [], ...rows]: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
