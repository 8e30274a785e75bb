import type { Type } from "../property";

const scalars = {
  string: ["string", "strings"],
  boolean: ["`true` or `false`", "`true` or `false`"],
  integer: ["whole number", "whole numbers"],
  number: ["number", "numbers"],
} as const;

/** The name of a type or resource, without the package. */
export const nameOf = (token: string): string => token.split(":").pop()!;

/** The anchor of a heading that is a name. */
export const anchorOf = (token: string): string => nameOf(token).toLowerCase();

/** A type in plain words, with links to the sections of named types on the same page. */
export function typeInWords(type: Type, several = false): string {
  switch (type.kind) {
    case "scalar":
      return scalars[type.name][several ? 1 : 0];
    case "any":
      return "anything";
    case "list":
      return `list of ${typeInWords(type.element, true)}`;
    case "map":
      return `map of ${typeInWords(type.element, true)}`;
    case "enum":
      return `[one of](#${anchorOf(type.token)}) ${type.values.map(({ value }) => `\`"${value}"\``).join(", ")}`;
    case "object":
      return `[${nameOf(type.token)}](#${anchorOf(type.token)})`;
  }
}
