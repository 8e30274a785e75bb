import type { z } from "zod";
import type { Definition, PackageDefinition } from "./definition";
import { propertiesOf, type EnumValue, type Property, type Type } from "./property";
import { metaOf } from "./vocabulary";

interface TypeSpec {
  type?: string;
  $ref?: string;
  items?: TypeSpec;
  additionalProperties?: TypeSpec;
  plain?: boolean;
}

interface PropertySpec extends TypeSpec {
  description?: string;
  default?: unknown;
  secret?: boolean;
  deprecationMessage?: string;
  replaceOnChanges?: boolean;
  willReplaceOnChanges?: boolean;
}

interface ObjectSpec {
  description?: string;
  type: "object";
  properties: Record<string, PropertySpec>;
  required: string[];
}

interface EnumSpec {
  description: string;
  type: "string";
  enum: EnumValue[];
}

/** How a type is used. Plain and deferred are uses as inputs: in a value that may itself be an Output, nothing needs to be plain. */
type Use = "plain" | "deferred" | "output";

interface Context {
  use: Use;
  /** The named types emitted so far. */
  types: Map<string, { spec: ObjectSpec | EnumSpec; use: Use }>;
  /** Whether the properties lie in a named type, where no mark on them would have an effect. */
  nested: boolean;
  /** Whether the properties are the args of a custom resource. */
  replaceable: boolean;
}

/** The Pulumi package schema's resources, types, provider and configuration, folded from their definitions. */
export function emitSchema({ components, resources, config }: PackageDefinition): object {
  const types: Context["types"] = new Map();
  const specs = [
    ...components.map((one) => [one.token, { isComponent: true, ...resourceSpec(one, types, false) }] as const),
    ...resources.map((one) => [one.token, resourceSpec(one, types, true)] as const),
  ];
  const provider = objectSpec(config, "config", { use: "plain", types, nested: false, replaceable: false });
  const { properties: inputProperties, required: requiredInputs } = provider;
  const sorted = [...types].sort(([a], [b]) => (a < b ? -1 : 1)).map(([token, { spec }]) => [token, spec] as const);
  return {
    config: { variables: inputProperties },
    provider: { description: metaOf(config).description, inputProperties, requiredInputs },
    resources: Object.fromEntries<object>(specs),
    types: Object.fromEntries(sorted),
  };
}

function resourceSpec(definition: Definition, types: Context["types"], replaceable: boolean): object {
  const { token, description, args, outputs } = definition;
  const name = token.split(":").pop()!;
  const inputs = objectSpec(args, name, { use: "plain", types, nested: false, replaceable });
  const { properties, required } = objectSpec(outputs, name, {
    use: "output",
    types,
    nested: false,
    replaceable: false,
  });
  return { description, inputProperties: inputs.properties, requiredInputs: inputs.required, properties, required };
}

function objectSpec(schema: z.ZodObject, path: string, context: Context): ObjectSpec {
  const properties = propertiesOf(schema, path);
  const specs = properties.map((property) => [property.key, propertySpec(property, path, context)] as const);
  const required = properties.filter((property) => property.required).map(({ key }) => key);
  return { type: "object", properties: Object.fromEntries(specs), required };
}

function propertySpec(property: Property, path: string, context: Context): PropertySpec {
  const where = `${path}.${property.key}`;
  if (property.secret && context.nested) {
    throw new Error(
      `${where}: a nested property cannot be secret, for SDKs lose it; make it a map at the top level of the args`,
    );
  }
  if (property.replaceOnChanges && !context.replaceable) {
    throw new Error(`${where}: only an arg of a custom resource, at the top level, can have replaceOnChanges`);
  }
  const { defaultValue, secret, deprecation } = property;
  const description = describe(property);
  return {
    ...typeSpec(property.type, where, context),
    ...(description ? { description } : {}),
    ...(defaultValue !== undefined ? { default: defaultValue } : {}),
    ...(secret ? { secret } : {}),
    ...(deprecation ? { deprecationMessage: deprecation } : {}),
    // The provider's own diff replaces; the first is how a schema says it of any property, the second that the provider does it.
    ...(property.replaceOnChanges ? { replaceOnChanges: true, willReplaceOnChanges: true } : {}),
  };
}

/** A property's description as editors show it, with what the schema has no field for. */
function describe(property: Property): string {
  const rules = property.constraints.join("; ");
  return [
    property.description,
    property.default && `Default: ${property.default}.`,
    rules && `Rule: ${rules}.`,
    property.source && `Source: ${property.source}.`,
  ]
    .filter(Boolean)
    .join("\n\n");
}

function typeSpec(type: Type, path: string, context: Context): TypeSpec {
  const plain = context.use === "plain" && !type.deferred ? { plain: true } : {};
  switch (type.kind) {
    case "scalar":
      return { type: type.name, ...plain };
    case "any":
      return { $ref: "pulumi.json#/Any" };
    case "list":
      return { type: "array", items: typeSpec(type.element, `${path}[]`, context), ...plain };
    case "map":
      return { type: "object", additionalProperties: typeSpec(type.element, `${path}[*]`, context), ...plain };
    case "enum": {
      const { token, description, values } = type;
      context.types.set(token, { spec: { description, type: "string", enum: values }, use: context.use });
      return { $ref: `#/types/${token}`, ...plain };
    }
    case "object":
      nameObject(type, path, context);
      return { $ref: `#/types/${type.token}`, ...plain };
  }
}

/** Emits an object type. What is plain in it is so wherever it is used, so all uses as an input must ask for the same. */
function nameObject(type: Type & { kind: "object" }, path: string, context: Context): void {
  const { types } = context;
  const use = type.deferred ? "deferred" : context.use;
  const earlier = types.get(type.token);
  if (earlier?.use === use) return;
  const { properties, required } = objectSpec(type.schema, path, { use, types, nested: true, replaceable: false });
  const spec: ObjectSpec = { description: type.description, type: "object", properties, required };
  if (!earlier || earlier.use === "output") types.set(type.token, { spec, use });
  else if (use !== "output" && JSON.stringify(spec) !== JSON.stringify(earlier.spec)) {
    throw new Error(`${path}: ${type.token} is plain in one place and may be an Output in another; use two types`);
  }
}
