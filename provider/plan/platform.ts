import { z } from "zod";
import { environmentArgs } from "../issuers/acme";
import { openObjectType } from "../schema/vocabulary";

/** What an application's stack needs of a platform's stack: leaves only, so that it can be read through a StackReference. */
export const platformArgs = openObjectType(
  "Platform",
  "What a domain needs to know of the cluster that it is added to. An output of ClusterTls and Issuers, to be passed to TlsDomain.",
  {
    issuers: z.record(z.string(), z.string()).meta({
      description:
        "Name of the ClusterIssuer of each ACME environment; empty where all domains have an `issuer` of their own.",
    }),
    environment: environmentArgs.optional().meta({
      description: "ACME environment of domains that do not name one; absent where the platform has no ACME issuers.",
    }),
    gatewayClassName: z.string().optional().meta({ description: "GatewayClass of domains that do not name one." }),
  },
);

export type Platform = z.output<typeof platformArgs>;

/** The platform of a cluster for which certfleet makes no issuers. */
export const withoutIssuers: Platform = { issuers: {} };

/** The ClusterIssuer of an environment on a platform, which offers none if there is no such issuer. */
export function offeredIssuer({ issuers, environment }: Platform, wanted: string | undefined): string | undefined {
  const key = wanted ?? environment;
  return key !== undefined && Object.hasOwn(issuers, key) ? issuers[key] : undefined;
}

/** The same, where it is too late for an error with others. */
export function issuerOf(platform: Platform, wanted: string | undefined): string {
  const name = offeredIssuer(platform, wanted);
  if (name) return name;
  throw new Error(`environment: ${missingIssuer(platform, wanted)}`);
}

/** The GatewayClass of a domain that names none. */
export function gatewayClassOf(platform: Platform): string {
  if (platform.gatewayClassName) return platform.gatewayClassName;
  throw new Error(`route.gatewayApi.gatewayClassName: ${missingGatewayClass}`);
}

/** Why an environment cannot be used on a platform. */
export function missingIssuer({ issuers, environment }: Platform, wanted: string | undefined): string {
  const offered = Object.keys(issuers);
  if (offered.length === 0) {
    return "the platform has no ACME issuers; set issuer to one that exists on the cluster, or give acme and challenges to the platform's stack";
  }
  const key = wanted ?? environment;
  if (key === undefined) return `the platform names no default environment; set it to one of ${offered.join(", ")}`;
  return `the platform has no issuer for "${key}" (it has: ${offered.join(", ")}); use one of those, or add "${key}" to acme.additionalEnvironments of the platform's stack`;
}

export const missingGatewayClass =
  "is missing, and the platform names none; set it to a GatewayClass of the cluster (kubectl get gatewayclasses)";
