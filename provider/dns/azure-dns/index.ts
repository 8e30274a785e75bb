import { z } from "zod";
import { text } from "../../schema/leaves";
import { enumType, input, objectType } from "../../schema/vocabulary";
import type { Credential, DnsKind, Entry } from "../contract";
import { checkSource, givenCredential, givenShape, givenSources } from "../secret-reference";

const defaultKey = "client-secret";
const source = "cert-manager.io/v1 ClusterIssuer spec.acme.solvers[].dns01.azureDNS";

const guid = input(
  z
    .string()
    .regex(
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
      "must be an id such as 00000000-0000-0000-0000-000000000000",
    ),
);

const environment = enumType("AzureEnvironment", "The Azure cloud that the zone is in.", {
  AzurePublicCloud: "The public cloud.",
  AzureChinaCloud: "Azure in China.",
  AzureGermanCloud: "Azure in Germany.",
  AzureUSGovernmentCloud: "Azure for the government of the USA.",
});

const managedIdentityArgs = objectType(
  "AzureManagedIdentity",
  "The managed identity that cert-manager acts as. With none of the properties it is the one of its surroundings.",
  {
    clientId: guid
      .optional()
      .meta({ description: "Client id of the identity.", source: `${source}.managedIdentity.clientID` }),
    resourceId: text.optional().meta({
      description: "Resource id of the identity. Not with workload identity.",
      source: `${source}.managedIdentity.resourceID`,
    }),
    tenantId: guid.optional().meta({
      description: "Tenant of the identity. Needs `clientId`.",
      source: `${source}.managedIdentity.tenantID`,
    }),
  },
).superRefine(({ clientId, resourceId, tenantId }, ctx) => {
  if (resourceId !== undefined && (clientId !== undefined || tenantId !== undefined)) {
    const message = "names the identity twice, by resourceId and by clientId or tenantId; leave one of them out";
    ctx.addIssue({ code: "custom", message });
  }
  if (tenantId !== undefined && clientId === undefined && resourceId === undefined) {
    const message = "has no effect without the identity that is in it; set clientId, or leave out tenantId";
    ctx.addIssue({ code: "custom", path: ["tenantId"], message });
  }
});

const azureDnsArgs = objectType(
  "AzureDnsChallenge",
  "DNS-01 by Azure DNS. cert-manager acts as a service principal (`clientId`, `tenantId` and one of `secret` and `existingSecret`), as a `managedIdentity`, or as its surroundings say (workload identity; for ClusterIssuers only).",
  {
    subscriptionId: guid.meta({ description: "Subscription that the zone is in.", source: `${source}.subscriptionID` }),
    resourceGroupName: text.meta({
      description: "Resource group that the zone is in.",
      source: `${source}.resourceGroupName`,
    }),
    hostedZoneName: text.optional().meta({
      description: "Name of the zone in Azure DNS.",
      default: "the zone that DNS says the name is in",
      source: `${source}.hostedZoneName`,
    }),
    environment: input(environment)
      .optional()
      .meta({
        description: "The Azure cloud that the zone is in.",
        default: '`"AzurePublicCloud"`',
        source: `${source}.environment`,
      }),
    clientId: guid
      .optional()
      .meta({ description: "Client id of the service principal.", source: `${source}.clientID` }),
    tenantId: guid.optional().meta({ description: "Tenant of the service principal.", source: `${source}.tenantID` }),
    ...givenShape("AzureClientSecretReference", "the service principal's client secret", defaultKey),
    managedIdentity: managedIdentityArgs
      .optional()
      .meta({ description: "Does without a secret.", source: `${source}.managedIdentity` }),
  },
).superRefine((args, ctx) => {
  checkSource(args, ctx, false);
  const parts = principalParts(args);
  if (parts.length > 0 && args.managedIdentity) {
    const message = `is another identity than that of ${parts.join(" and ")}; leave one of them out`;
    ctx.addIssue({ code: "custom", path: ["managedIdentity"], message });
  }
  if (parts.length > 0 && parts.length < 3) {
    const message = `needs clientId, tenantId and one of secret and existingSecret together, and has only ${parts.join(" and ")}; set the others, or leave out all for managedIdentity`;
    ctx.addIssue({ code: "custom", message });
  }
});

type AzureDnsArgs = z.output<typeof azureDnsArgs>;

/** What is said of a service principal: its two ids and its secret. */
const principalParts = (args: Pick<AzureDnsArgs, "clientId" | "tenantId" | "secret" | "existingSecret">): string[] => [
  ...(["clientId", "tenantId"] as const).filter((key) => args[key] !== undefined),
  ...givenSources(args).slice(0, 1),
];

export const azureDns = {
  args: azureDnsArgs,
  description: "DNS-01 by Azure DNS.",
  credential: (args: AzureDnsArgs, entry: Entry): Credential => givenCredential("azure-dns", defaultKey, args, entry),
  solver(args: AzureDnsArgs, { secretRef }: Credential) {
    const { subscriptionId, resourceGroupName, hostedZoneName, environment, clientId, tenantId } = args;
    const { managedIdentity } = args;
    return {
      azureDNS: {
        subscriptionID: subscriptionId,
        resourceGroupName,
        ...(hostedZoneName === undefined ? {} : { hostedZoneName }),
        ...(environment === undefined ? {} : { environment }),
        ...(secretRef ? { clientID: clientId, tenantID: tenantId, clientSecretSecretRef: secretRef } : {}),
        ...(managedIdentity ? { managedIdentity: identityOf(managedIdentity) } : {}),
      },
    };
  },
} satisfies DnsKind<typeof azureDnsArgs>;

const identityOf = ({ clientId, resourceId, tenantId }: NonNullable<AzureDnsArgs["managedIdentity"]>) => ({
  ...(clientId === undefined ? {} : { clientID: clientId }),
  ...(resourceId === undefined ? {} : { resourceID: resourceId }),
  ...(tenantId === undefined ? {} : { tenantID: tenantId }),
});
