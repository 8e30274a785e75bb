import type * as pulumi from "@pulumi/pulumi";

/** A Kubernetes object as the plan describes it, before any resource is made. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: ManifestMetadata;
  spec: Record<string, unknown>;
}

export interface ManifestMetadata {
  name: string;
  namespace?: pulumi.Input<string>;
  labels?: pulumi.Input<Record<string, string>>;
  annotations?: pulumi.Input<Record<string, string>>;
}

/** A solver of an ACME issuer: its `dns01` part, and the zones that select it; without zones it serves all other names. */
export interface Dns01Solver {
  zones: string[] | undefined;
  solver: Record<string, unknown>;
}

/** What cert-manager says of a Certificate (cert-manager.io/v1 CertificateStatus), as far as certfleet reads it. */
export interface CertificateStatus {
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
  notAfter?: string;
  notBefore?: string;
  renewalTime?: string;
  revision?: number;
}

/** What a controller says of a Gateway (gateway.networking.k8s.io/v1 GatewayStatus), as far as certfleet reads it. */
export interface GatewayStatus {
  addresses?: { type?: string; value: string }[];
}

/** What tells that an object was made here; `certfleet status` finds it by that. */
export const ownLabels = { "app.kubernetes.io/managed-by": "certfleet" };
