import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { objectName, text } from "../schema/leaves";
import { objectType } from "../schema/vocabulary";

export const certManagerGroup = "cert-manager.io";

/** The kinds of issuers that cert-manager's own group has. */
export const issuerKinds = ["ClusterIssuer", "Issuer"] as const;

export const issuerArgs = objectType(
  "IssuerReference",
  "An issuer that exists on the cluster and that certfleet does not make: a private CA, an ACME issuer of somebody else, or an external issuer. " +
    "What a domain says replaces `defaults.issuer` as a whole.",
  {
    name: objectName.meta({
      description: "Name of the issuer.",
      source: "cert-manager.io/v1 Certificate spec.issuerRef.name",
    }),
    kind: text.default("ClusterIssuer").meta({
      description:
        "`ClusterIssuer`, or `Issuer` for one in the domain's namespace. An external issuer has a kind of its own, such as `AWSPCAClusterIssuer`.",
      source: "cert-manager.io/v1 Certificate spec.issuerRef.kind",
    }),
    group: text.default(certManagerGroup).meta({
      description: "API group of the issuer's kind, for an external issuer.",
      source: "cert-manager.io/v1 Certificate spec.issuerRef.group",
    }),
  },
);

export type IssuerArgs = z.output<typeof issuerArgs>;

/** A ClusterIssuer of cert-manager by name. */
export const clusterIssuer = (name: pulumi.Input<string>): IssuerArgs => ({
  name,
  kind: "ClusterIssuer",
  group: certManagerGroup,
});
