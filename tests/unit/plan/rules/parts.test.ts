import { describe, expect, it } from "vitest";
import { certManagerRules, issuersRules, tlsDomainRules } from "../../../../provider/plan/rules";
import { certManagerArgs } from "../../../../provider/plan/cert-manager";
import { cloudflareChallenge, domain } from "../../../support/builders";
import { linesOf } from "../../problems";

const sound = () => true;
const route = { gatewayApi: { gatewayClassName: "traefik" } };

describe("the rules of the other components say exactly", () => {
  const platform = { issuers: { staging: "letsencrypt-staging" }, environment: "staging" as const };

  it.each<[string, object, string[]]>([
    [
      "a certificate of another stack that does not cover the host",
      { certificateFrom: "*.example.com", host: "a.b.example.com" },
      [
        'certificateFrom: "*.example.com" does not cover "a.b.example.com"; a wildcard covers exactly one label (RFC 6125 6.4.3)',
      ],
    ],
    ["nothing of its Secret, by any name", { certificateFrom: "*.example.com", secretName: "theirs" }, []],
    [
      "no GatewayClass",
      { route: undefined },
      [
        "route.gatewayApi.gatewayClassName: is missing, and the platform names none; set it to a GatewayClass of the cluster (kubectl get gatewayclasses)",
      ],
    ],
    [
      "nothing of an environment that another's certificate does not need",
      { certificateFrom: "*.example.com", platform: { issuers: {} } },
      [],
    ],
  ])("TlsDomain: %s", (_case, over, expected) => {
    const args = { ...domain("a.example.com", { route }), platform, ...over };
    expect(linesOf(tlsDomainRules(args, args, sound))).toEqual(expected);
  });

  it("CertManager: a namespace that cannot be made", () => {
    const reason =
      '"default" is a namespace of Kubernetes itself and cannot be made; leave out createNamespace, or choose another';
    const args = certManagerArgs.parse({ namespace: "default" });
    expect(linesOf(certManagerRules(args, undefined, sound))).toEqual([`namespace: ${reason}`]);
    expect(certManagerRules({ ...args, createNamespace: false }, undefined, sound)).toEqual([]);
  });

  it("CertManager: a release that nobody should install, unless it is wanted", () => {
    const args = certManagerArgs.parse({ version: "v1.19.0" });
    expect(linesOf(certManagerRules(args, undefined, sound))).toEqual([
      'version: "v1.19.0" issues certificates again without need; use 1.19.1 or newer, or set allowUnsupportedVersion: true',
    ]);
    expect(certManagerRules({ ...args, allowUnsupportedVersion: true }, undefined, sound)).toEqual([]);
  });

  it("CertManager: a namespace that is not made because it is adopted", () => {
    const args = certManagerArgs.parse({ adopt: "release" });
    expect(linesOf(certManagerRules(args, undefined, sound))).toEqual([
      expect.stringContaining("createNamespace: must be false with adopt"),
    ]);
    expect(certManagerRules({ ...args, createNamespace: false }, undefined, sound)).toEqual([]);
  });

  it("Issuers: an account without a contact and a challenge without its credential", () => {
    const args = {
      acme: { environment: "production" as const },
      challenges: [cloudflareChallenge("other")],
      dnsSecrets: {},
    };
    expect(linesOf(issuersRules(args, undefined, sound))).toEqual([
      "acme.email: is missing: production needs a contact; set it to a mailbox that somebody reads",
      'challenges[0].cloudflare.secret: "other" is no key of dnsSecrets; add it there, or name one of its keys (it has none)',
    ]);
  });
});
