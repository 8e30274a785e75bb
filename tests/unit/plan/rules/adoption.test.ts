import { describe, expect, it } from "vitest";
import { acmeIssuer } from "../../../../provider/issuers/acme";
import { clusterTlsRules, tlsDomainRules } from "../../../../provider/plan/rules";
import { clusterArgs, domain } from "../../../support/builders";
import { later } from "../../outputs";
import { linesOf } from "../../problems";

const sound = () => true;
const privateKey = { algorithm: "RSA" as const };

function problems(over: object): string[] {
  const args = clusterArgs({ domains: [domain("a.example.com", over)] });
  return linesOf(clusterTlsRules(args, args, sound));
}

describe("a domain whose Certificate is adopted", () => {
  it("says which key the Certificate has, in a plain namespace that is there", () => {
    expect(problems({ adopt: true, privateKey, namespace: "shop" })).toEqual([]);
    expect(problems({ adopt: true })).toEqual([
      expect.stringMatching(/^domains\[0\]\.privateKey: is missing: with adopt it must be the Certificate's own/),
    ]);
    expect(problems({ adopt: true, privateKey, namespace: "shop", createNamespace: true })).toEqual([
      expect.stringMatching(/^domains\[0\]\.createNamespace: contradicts adopt/),
    ]);
    expect(problems({ adopt: true, privateKey, namespace: later("shop") })).toEqual([
      expect.stringMatching(/^domains\[0\]\.namespace: must be a plain string with adopt: true/),
    ]);
  });

  it("is refused the same alone", () => {
    const platform = { issuers: { staging: "s" }, environment: "staging" as const, gatewayClassName: "c" };
    const args = { ...domain("a.example.com", { adopt: true }), platform };
    expect(linesOf(tlsDomainRules(args, args, sound))).toEqual([expect.stringMatching(/^privateKey: is missing/)]);
  });

  it("has a Certificate of its own", () => {
    const args = clusterArgs({
      domains: [
        domain("*.example.com", { backend: undefined, certificateOnly: true }),
        domain("a.example.com", { certificateFrom: "*.example.com", adopt: true, certificateName: "x" }),
        domain("b.example.com", { certificateName: "c-example-com" }),
        domain("c.example.com"),
      ],
    });
    expect(linesOf(clusterTlsRules(args, args, sound)).sort()).toEqual([
      expect.stringContaining("domains[1].adopt: has no effect with certificateFrom"),
      expect.stringContaining("domains[1].certificateName: has no effect with certificateFrom"),
      expect.stringContaining('domains[2].certificateName: "c-example-com" is the Certificate of "c.example.com" too'),
    ]);
  });
});

describe("ClusterIssuers by other names", () => {
  it("are made by these names, each environment by its own", () => {
    const issuers = { staging: { name: "le", accountKeySecret: "le-key" } };
    const { metadata, spec } = acmeIssuer("staging", { issuers }, []);
    expect(metadata.name).toBe("le");
    expect(spec).toMatchObject({ acme: { privateKeySecretRef: { name: "le-key" } } });
    expect(acmeIssuer("staging", { issuers: { staging: { name: "le" } } }, []).spec).toMatchObject({
      acme: { privateKeySecretRef: { name: "le-account-key" } },
    });
  });

  it("are refused where two are one", () => {
    const acme = { email: "ops@example.com", issuers: { staging: { name: "letsencrypt-production" } } };
    const args = clusterArgs({ acme });
    expect(linesOf(clusterTlsRules(args, args, sound))).toEqual([
      'acme.issuers.staging.name: "letsencrypt-production" is the ClusterIssuer of environment "production" too; name another',
    ]);
  });
});
