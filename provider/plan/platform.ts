import { z } from "zod";
import { environmentArgs } from "../issuers/acme";
import { openObjectType } from "../schema/vocabulary";

/** What an application's stack needs of a platform's stack: leaves only, so that it can be read through a StackReference. */
export const platformArgs = openObjectType(
  "Platform",
  "What a domain needs to know of the cluster that it is added to. An output of ClusterTls and Issuers, to be passed to TlsDomain.",
  {
    issuers: z
      .record(z.string(), z.string())
      .meta({ description: "Name of the ClusterIssuer of each ACME environment." }),
    environment: environmentArgs.meta({ description: "ACME environment of domains that do not name one." }),
    gatewayClassName: z.string().optional().meta({ description: "GatewayClass of domains that do not name one." }),
  },
);

export type Platform = z.output<typeof platformArgs>;

/** The ClusterIssuer of an environment on a platform. */
export function issuerOf(platform: Platform, environment: string | undefined): string {
  const wanted = environment ?? platform.environment;
  const name = Object.hasOwn(platform.issuers, wanted) ? platform.issuers[wanted] : undefined;
  if (name) return name;
  throw new Error(`environment: ${missingIssuer(platform, wanted)}`);
}

/** The GatewayClass of a domain that names none. */
export function gatewayClassOf(platform: Platform): string {
  if (platform.gatewayClassName) return platform.gatewayClassName;
  throw new Error(`route.gatewayApi.gatewayClassName: ${missingGatewayClass}`);
}

/** Why an environment cannot be used on a platform. */
export function missingIssuer(platform: Platform, wanted: string): string {
  const offered = Object.keys(platform.issuers).join(", ");
  return `the platform has no issuer for "${wanted}" (it has: ${offered}); use one of those, or add "${wanted}" to acme.additionalEnvironments of the platform's stack`;
}

export const missingGatewayClass =
  "is missing, and the platform names none; set it to a GatewayClass of the cluster (kubectl get gatewayclasses)";
