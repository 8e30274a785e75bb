import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { certManagerArgs, chartValues, mergeValues } from "../../../provider/plan/cert-manager";
import { later, valueOf } from "../outputs";

const hook = (weight: string) => ({
  "helm.sh/hook": "post-install,post-upgrade",
  "helm.sh/hook-weight": weight,
  "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
});

const own = {
  crds: { enabled: true, keep: true },
  fullnameOverride: "cert-manager",
  global: { leaderElection: { namespace: "cert-manager" } },
  startupapicheck: {
    enabled: true,
    jobAnnotations: hook("1"),
    rbac: { annotations: hook("-5") },
    serviceAccount: { annotations: hook("-5") },
  },
};

const gatewayConfig = {
  apiVersion: "controller.config.cert-manager.io/v1alpha1",
  kind: "ControllerConfiguration",
  gatewayAPI: { enabled: true },
};

describe("chartValues", () => {
  it("installs CRDs that outlive it, and is done only once the API answers, after installs and upgrades", () => {
    expect(chartValues({ namespace: "cert-manager", gatewayApi: true, purge: false })).toEqual({
      ...own,
      config: gatewayConfig,
    });
  });

  it("keeps the Gateway API switched off on request, and follows the namespace", () => {
    const values = chartValues({ namespace: "tls", gatewayApi: false, purge: false });
    expect(values).toEqual({ ...own, global: { leaderElection: { namespace: "tls" } } });
  });

  it("lets the CRDs go with the rest only when that is asked for", () => {
    const values = chartValues({ namespace: "cert-manager", gatewayApi: true, purge: true });
    expect(values).toMatchObject({ crds: { enabled: true, keep: false } });
  });

  it("names the servers that alone are asked, with and without the Gateway API", async () => {
    const servers = ["192.0.2.1:53", "https://dns.example/dns-query"];
    const acmeDNS01Config = { recursiveNameservers: servers, recursiveNameserversOnly: true };
    const { gatewayAPI, ...head } = gatewayConfig;
    const args = { namespace: "cert-manager", purge: false, recursiveNameservers: later(servers) };
    expect(await valueOf(chartValues({ ...args, gatewayApi: true }))).toEqual({
      ...own,
      config: { ...head, gatewayAPI, acmeDNS01Config },
    });
    expect(await valueOf(chartValues({ ...args, gatewayApi: false, values: { config: { logging: {} } } }))).toEqual({
      ...own,
      config: { ...head, acmeDNS01Config, logging: {} },
    });
  });

  it("puts given values over its own, known or not", async () => {
    const values = { crds: { keep: false }, replicaCount: later(2), webhook: { timeoutSeconds: 5 } };
    expect(await valueOf(chartValues({ namespace: "cert-manager", gatewayApi: true, purge: false, values }))).toEqual({
      ...own,
      config: gatewayConfig,
      crds: { enabled: true, keep: false },
      replicaCount: 2,
      webhook: { timeoutSeconds: 5 },
    });
  });
});

describe("mergeValues", () => {
  const values = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>);

  it("merges objects by key and replaces everything else", () => {
    const base = { a: { b: 1, c: [1, 2] }, d: 1 };
    expect(mergeValues(base, { a: { c: [3], e: {} }, d: { f: 1 } })).toEqual({
      a: { b: 1, c: [3], e: {} },
      d: { f: 1 },
    });
    expect(mergeValues(base, { a: null })).toEqual({ a: null, d: 1 });
  });

  it("changes neither side, and nothing where there is nothing to merge", () => {
    fc.assert(
      fc.property(values, values, (base, over) => {
        const copies = structuredClone([base, over]);
        mergeValues(base, over);
        expect([base, over]).toEqual(copies);
        expect(mergeValues(base, {})).toEqual(base);
        expect(mergeValues({}, over)).toEqual(over);
        expect(mergeValues(base, base)).toEqual(base);
      }),
    );
  });

  it("keeps what is above whole", () => {
    fc.assert(
      fc.property(values, values, (base, over) => {
        expect(mergeValues(base, over)).toMatchObject(over);
      }),
    );
  });
});

describe("args of the installation", () => {
  it("pin the chart's version", () => {
    expect(certManagerArgs.parse({})).toEqual({
      install: true,
      version: "1.21.2",
      allowUnsupportedVersion: false,
      releaseName: "cert-manager",
      purge: false,
      rollbackOnFailure: true,
      namespace: "cert-manager",
      createNamespace: true,
      gatewayApi: true,
      timeoutSeconds: 600,
    });
  });

  it.each(["1.21", "latest", "^1.21.0", ">=1.2.3", "v1", "1.21.2 "])("refuse %j as a version", (version) => {
    expect(certManagerArgs.safeParse({ version }).error?.issues[0]?.message).toContain("full version");
  });

  it.each(["1.21.1", "v1.21.2", "1.22.0-alpha.1"])("take %s as a version", (version) => {
    expect(certManagerArgs.parse({ version }).version).toBe(version);
  });
});
