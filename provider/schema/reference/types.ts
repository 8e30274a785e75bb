import { propertiesOf, type Property, type Type } from "../property";

export type NamedType = Type & { kind: "object" | "enum" };

/** A named type of a page and every place where it stands. */
export interface TypeUse {
  type: NamedType;
  paths: string[];
}

/** The named types that properties lead to, by token, in the order in which a reader meets them. */
export function typesOf(properties: readonly Property[]): Map<string, TypeUse> {
  const found = new Map<string, TypeUse>();
  const visit = (property: Property, prefix: string, inOutput: boolean): void => {
    const { type, path } = namedType(property.type, `${prefix}${property.key}`);
    if (!type) return;
    const deferred = inOutput || type.deferred;
    const use = found.get(type.token) ?? { type: { ...type, deferred }, paths: [] };
    found.set(type.token, { ...use, paths: [...use.paths, path] });
    if (type.kind === "object") for (const inner of propertiesOf(type.schema, path)) visit(inner, `${path}.`, deferred);
  };
  for (const property of properties) visit(property, "", false);
  return found;
}

/** The named type in a list or map of lists and maps, and the path that leads to it. */
function namedType(type: Type, path: string): { type: NamedType | undefined; path: string } {
  if (type.kind === "list") return namedType(type.element, `${path}[]`);
  if (type.kind === "map") return namedType(type.element, `${path}[*]`);
  return { type: type.kind === "object" || type.kind === "enum" ? type : undefined, path };
}
