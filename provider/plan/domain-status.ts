import { z } from "zod";
import type { CertificateStatus, GatewayStatus } from "../kubernetes/types";
import { objectType } from "../schema/vocabulary";
import { requiredDnsRecord } from "./dns-records";

export const domainStatusShape = {
  host: z.string().meta({ description: "The host in its ASCII form." }),
  url: z.string().optional().meta({ description: "Where the host is served; absent where no route is made." }),
  namespace: z.string().meta({ description: "Namespace of the domain's objects." }),
  secretName: z.string().meta({ description: "Secret with the certificate and its key (type kubernetes.io/tls)." }),
  issuer: z
    .string()
    .optional()
    .meta({ description: "ClusterIssuer of the certificate; absent where another domain's is used." }),
  ready: z.boolean().optional().meta({
    description: "Whether the Certificate was Ready when it was last read; absent where another domain's is used.",
  }),
  notAfter: z.string().optional().meta({
    description:
      "End of the certificate's validity (RFC 3339) when it was last read. cert-manager renews behind the stack's back.",
  }),
  addresses: z.array(z.string()).meta({ description: "Addresses or hostnames of the Gateway when it was last read." }),
  requiredDnsRecords: z
    .array(requiredDnsRecord)
    .meta({ description: "DNS records to make by hand, because none is managed here." }),
};

export const domainStatus = objectType("DomainStatus", "What became of one domain.", domainStatusShape);
export type DomainStatus = z.output<typeof domainStatus>;

/** Whether a Certificate is Ready, and until when it is valid. */
export function readCertificate(status: CertificateStatus | undefined): {
  ready: boolean;
  notAfter: string | undefined;
} {
  const ready = status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;
  return { ready, notAfter: status?.notAfter };
}

export const readAddresses = (status: GatewayStatus | undefined): string[] =>
  status?.addresses?.map(({ value }) => value) ?? [];
