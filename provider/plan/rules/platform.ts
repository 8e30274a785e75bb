import type * as pulumi from "@pulumi/pulumi";
import { hasOutput } from "../../schema/vocabulary";
import type { Problem } from "../../schema/problems";
import { drawsOnAcme } from "../domain";
import { missingGatewayClass, missingIssuer, offeredIssuer, type Platform } from "../platform";
import { domainRule, problem, type Scope } from "./scope";

/** What a platform must offer a domain, as far as the platform is known already. */
export function platformProblems(platform: pulumi.Input<Platform>, scope: Scope): Problem[] {
  if (!scope.sound(["platform"]) || hasOutput(platform)) return [];
  const known = platform as Platform;
  return [...issuerMissing(known)(scope), ...classMissing(known)(scope)];
}

const issuerMissing = (platform: Platform) =>
  domainRule(["certificateFrom", "environment", "issuer"], ({ own, path }) =>
    drawsOnAcme(own) && offeredIssuer(platform, own.environment) === undefined
      ? [problem([...path, "environment"], missingIssuer(platform, own.environment))]
      : [],
  );

const classMissing = (platform: Platform) =>
  domainRule(["certificateOnly", "route"], ({ own, path }) =>
    own.certificateOnly || (own.route?.gatewayApi?.gatewayClassName ?? platform.gatewayClassName)
      ? []
      : [problem([...path, "route", "gatewayApi", "gatewayClassName"], missingGatewayClass)],
  );

/** Without a platform the class is a domain's own, or its defaults'. */
export const gatewayClassProblems = domainRule(["certificateOnly", "route"], ({ own, merged, path }) => {
  if (own.certificateOnly || merged.route?.gatewayApi?.gatewayClassName !== undefined) return [];
  const reason =
    "is missing: set it here or in defaults.route.gatewayApi to a GatewayClass of the cluster (kubectl get gatewayclasses)";
  return [problem([...path, "route", "gatewayApi", "gatewayClassName"], reason)];
});
