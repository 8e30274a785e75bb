import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { certManagerArgs } from "../../../../provider/plan/cert-manager";
import { clusterTlsRules, type ClusterInputs } from "../../../../provider/plan/rules";
import { acme, certificateOnly, clusterArgs, domain } from "../../../support/builders";
import { linesOf } from "../../problems";

const sound = () => true;
const linesFor = (over: Partial<ClusterInputs>): string[] => {
  const args = clusterArgs(over);
  return linesOf(clusterTlsRules(args, args, sound));
};
const route = { gatewayApi: { gatewayClassName: "traefik" } };

describe("what is in each other's way is said exactly:", () => {
  it.each<[string, Partial<ClusterInputs>, string[]]>([
    [
      "two certificates in one Secret",
      {
        domains: [
          domain("a.example.com", { secretName: "b-example-com-tls" }),
          domain("b.example.com"),
          domain("c.example.com", { secretName: "shared" }),
          domain("d.example.com", { secretName: "shared", createNamespace: true }),
          domain("e.example.com", { secretName: "shared", namespace: "other" }),
        ],
      },
      [
        'domains[0].secretName: "b-example-com-tls" is the Secret of "b.example.com" already, and two certificates in one would replace each other for ever; name another',
        'domains[3].secretName: "shared" is the Secret of "c.example.com" already, and two certificates in one would replace each other for ever; name another',
      ],
    ],
    [
      "a Secret's name beside another's certificate, and what else that makes useless",
      {
        domains: [
          certificateOnly("*.example.com"),
          domain("a.example.com", {
            certificateFrom: "*.example.com",
            secretName: "mine",
            additionalDnsNames: ["b.example.com"],
            environment: "staging",
            privateKey: { algorithm: "RSA" },
          }),
        ],
      },
      [
        'domains[1].secretName: has no effect: the Secret is that of "*.example.com"; leave it out',
        'domains[1].additionalDnsNames: has no effect with certificateFrom: "*.example.com"; leave one of them out',
        'domains[1].environment: has no effect with certificateFrom: "*.example.com"; leave one of them out',
        'domains[1].privateKey: has no effect with certificateFrom: "*.example.com"; leave one of them out',
      ],
    ],
    [
      "a certificate that covers a host by none of its names, or by one of them",
      {
        domains: [
          certificateOnly("a.example.com", { additionalDnsNames: ["b.example.com"] }),
          domain("b.example.com", { certificateFrom: "a.example.com" }),
          domain("c.example.com", { certificateFrom: "a.example.com" }),
        ],
      },
      [
        'domains[2].certificateFrom: "a.example.com", "b.example.com" do not cover "c.example.com"; a wildcard covers exactly one label (RFC 6125 6.4.3)',
      ],
    ],
    [
      "Secrets that cert-manager needs itself",
      {
        acme: acme({ accountKeyRotation: "2026-11" }),
        certManager: certManagerArgs.parse({ namespace: "tls" }),
        defaults: { namespace: "tls", route },
        domains: [
          domain("a.example.com", { secretName: "cert-manager-webhook-ca" }),
          domain("b.example.com", { secretName: "letsencrypt-staging-account-key-2026-11" }),
          domain("c.example.com", { secretName: "cloudflare-main" }),
          domain("d.example.com", { secretName: "cloudflare-main", namespace: "cafe" }),
        ],
      },
      [
        'domains[0].secretName: "cert-manager-webhook-ca" is the Secret of the CA of cert-manager\'s webhook in namespace "tls"; set secretName to another',
        'domains[1].secretName: "letsencrypt-staging-account-key-2026-11" is the Secret of the key of an ACME account in namespace "tls"; set secretName to another',
        'domains[2].secretName: "cloudflare-main" is the Secret of a DNS provider\'s credential in namespace "tls"; set secretName to another',
      ],
    ],
    [
      "namespaces that cannot be made, or are made already",
      {
        certManager: certManagerArgs.parse({ namespace: "kube-system" }),
        defaults: { namespace: "default", createNamespace: true, route },
        domains: [domain("a.example.com"), domain("b.example.com", { namespace: "kube-system" })],
      },
      [
        'certManager.namespace: "kube-system" is a namespace of Kubernetes itself and cannot be made; leave out createNamespace, or choose another',
        'defaults.createNamespace: "kube-system" is cert-manager\'s namespace, which is made already; leave out createNamespace',
        'defaults.namespace: "default" is a namespace of Kubernetes itself and cannot be made; leave out createNamespace, or choose another',
        'domains[1].namespace: "kube-system" is a namespace of Kubernetes itself and cannot be made; leave out createNamespace, or choose another',
      ],
    ],
    [
      "what is ignored where cert-manager runs already",
      {
        certManager: certManagerArgs.parse({
          install: false,
          allowUnsupportedVersion: true,
          namespace: "kube-system",
          version: "1.21.1",
          gatewayApi: true,
          values: { replicaCount: 2 },
          recursiveNameservers: ["192.0.2.1:53"],
        }),
      },
      [
        "certManager.version: has no effect with install: false; leave one of them out",
        "certManager.recursiveNameservers: has no effect with install: false; leave one of them out",
        "certManager.values: has no effect with install: false; leave one of them out",
      ],
    ],
  ])("%s", (_case, over, expected) => {
    expect(linesFor(over)).toEqual(expected);
  });

  it("nothing of Secrets in namespaces that are not known, unless they are one Output", () => {
    const [one, other] = [pulumi.output("one"), pulumi.output("other")];
    const writers = (...namespaces: pulumi.Output<string>[]) =>
      namespaces.map((namespace, index) => domain(`n${index}.example.com`, { namespace, secretName: "shared" }));
    expect(linesFor({ domains: writers(one, other) })).toEqual([]);
    expect(linesFor({ domains: writers(one, one) }).map((line) => line.split(":")[0])).toEqual([
      "domains[1].secretName",
    ]);
  });
});
