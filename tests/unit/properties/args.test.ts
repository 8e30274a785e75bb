import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { ComponentDefinition } from "../../../provider/components/definition";
import { registry } from "../../../provider/host/registry";
import { clusterIssuer } from "../../../provider/plan/issuer-reference";
import { completeDomains, planDomain, type DomainArgs, type DomainDefaults } from "../../../provider/plan/domain";
import { logicalKey } from "../../../provider/plan/names";
import { peek } from "../../../provider/schema/settled";
import { settle } from "../../support/settle";
import { clusterInputs, forms, inForms, junk, littered, mistakes, type Form } from "../../support/arbitraries";
import { errorsOf, pathsOf } from "../problems";

const planted = "planted-secret";
/** fast-check says the seed of a run that failed, and shrinks what it found. */
const runs = (numRuns: number) => ({ numRuns });

let definitions: Record<string, ComponentDefinition>;
beforeAll(async () => {
  const loaded = await Promise.all(Object.values(registry.components).map((load) => load()));
  definitions = Object.fromEntries(loaded.map((one) => [one.token.split(":").pop()!, one]));
});

const parse = (inputs: unknown): unknown => definitions.ClusterTls!.parse("edge", inputs);

interface Parsed {
  domains: DomainArgs[];
  defaults?: DomainDefaults;
}

/** By kind, namespace and name, all that the domains of a cluster make; and their logical names. */
function planOf(inputs: unknown): { objects: Map<string, unknown>; logical: string[] } {
  const { domains, defaults } = peek(parse(inputs)).value as Parsed;
  const plans = completeDomains(domains, defaults).map((one) => {
    const { certificate, objects } = planDomain(one, one.issuer ?? clusterIssuer(`letsencrypt-${one.environment}`));
    const made = [...(certificate ? [{ role: "", manifest: certificate }] : []), ...objects];
    return made.map(({ role, manifest }) => ({ manifest, name: `${logicalKey(one.host)}${role ? `-${role}` : ""}` }));
  });
  const made = plans.flat();
  const key = ({ kind, metadata }: (typeof made)[number]["manifest"]) =>
    `${kind} ${JSON.stringify(metadata.namespace)} ${metadata.name}`;
  return {
    objects: new Map(made.map(({ manifest }) => [key(manifest), manifest])),
    logical: made.map(({ manifest, name }) => `${manifest.kind} ${name}`),
  };
}

/** Thousands of args take their time on a busy machine. */
const patience = 180_000;

describe("valid args", { timeout: patience }, () => {
  it("are accepted, and every object has a name of its own, in the cluster and in the state", () => {
    fc.assert(
      fc.property(clusterInputs, (inputs) => {
        const { objects, logical } = planOf(inputs);
        expect(new Set(logical).size).toBe(logical.length);
        expect(objects.size).toBe(logical.length);
      }),
      runs(300),
    );
  });

  it("mean the same in any order of the domains and of keys", () => {
    const shuffle = <T>(items: readonly T[]) =>
      fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
    const reordered = clusterInputs.chain((inputs) =>
      fc
        .tuple(shuffle(inputs.domains), fc.nat())
        .map(
          ([domains, turn]) =>
            [inputs, { ...turned(inputs, turn), domains: domains.map((one) => turned(one, turn)) }] as const,
        ),
    );
    fc.assert(
      fc.property(reordered, ([one, other]) => {
        expect(planOf(other).objects).toEqual(planOf(one).objects);
      }),
      runs(200),
    );
  });

  it("are accepted with their leaves in any form, and what is secret stays so", async () => {
    const cases = fc.tuple(clusterInputs, fc.infiniteStream(forms));
    await fc.assert(
      fc.asyncProperty(cases, async ([inputs, stream]) => {
        const given = inForms(definitions.ClusterTls!.args, inputs, () => stream.next().value as Form);
        await settle(given);
        expect(errorsOf(() => planOf(given))).toEqual([]);
        const parsed = parse(given) as { dnsSecrets: { isSecret: Promise<boolean> } };
        expect(await parsed.dnsSecrets.isSecret).toBe(true);
      }),
      runs(300),
    );
  });
});

/** An object with its keys in another order. */
function turned(value: Record<string, unknown>, by: number): Record<string, unknown> {
  const entries = Object.entries(value);
  const at = by % entries.length;
  return Object.fromEntries([...entries.slice(at), ...entries.slice(0, at)]);
}

describe("broken args", { timeout: patience }, () => {
  const broken = clusterInputs.chain((inputs) =>
    mistakes(inputs.domains.length).map((chosen) => ({
      paths: chosen.map(({ path }) => path),
      inputs: chosen.reduce<Record<string, unknown>>((value, { apply }) => apply(value), inputs),
    })),
  );

  it("are named, each by its path, and nothing that is sound with them", () => {
    fc.assert(
      fc.property(broken, ({ paths, inputs }) => {
        const found = pathsOf(() => parse(inputs));
        expect(found).toEqual(expect.arrayContaining(paths));
        // A domain with a mistake may say something in vain beside it.
        const others = found.filter((path) => !paths.includes(path));
        expect(others.filter((path) => !paths.some((one) => inDomain(path) === inDomain(one)))).toEqual([]);
        expect(others.filter((path) => inDomain(path) === undefined)).toEqual([]);
      }),
      runs(1000),
    );
  });

  it("never crash anything, nor show a secret, whatever stands where", async () => {
    const cases = clusterInputs.chain((inputs) => littered(inputs));
    await fc.assert(
      fc.asyncProperty(cases, async (inputs) => {
        await settle(inputs);
        expectClean(
          errorsOf(() => planOf(inputs)),
          inputs,
        );
      }),
      runs(1000),
    );
  });

  it("never crash any component", async () => {
    const keys = [
      "platform",
      "host",
      "acme",
      "challenges",
      "domains",
      "defaults",
      "namespace",
      "backend",
      "issuer",
      "values",
    ];
    await fc.assert(
      fc.asyncProperty(fc.oneof(junk, fc.dictionary(fc.constantFrom(...keys), junk)), async (inputs) => {
        await settle(inputs);
        for (const definition of Object.values(definitions)) {
          expectClean(
            errorsOf(() => definition.parse("one", inputs)),
            inputs,
          );
        }
      }),
      runs(500),
    );
  });
});

const inDomain = (path: string): string | undefined => /^domains\[\d+\]/.exec(path)?.[0];

/** Every error has a path, and neither it nor what the engine prints at its path is a secret. */
function expectClean(errors: { propertyPath: string; reason: string }[], inputs: unknown): void {
  for (const { propertyPath, reason } of errors) {
    expect(reason).not.toContain(planted);
    const shown = peek(valueAt(inputs, propertyPath));
    expect(shown.secret).toBe(false);
  }
}

function valueAt(inputs: unknown, path: string): unknown {
  const keys = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? index ?? name!,
  );
  return keys.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null && Object.hasOwn(at, key)
        ? (at as Record<string, unknown>)[key]
        : undefined,
    inputs,
  );
}
