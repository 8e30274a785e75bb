import { z } from "zod";
import { text } from "../../schema/leaves";
import { input, objectType } from "../../schema/vocabulary";
import type { Credential, DnsKind } from "../contract";

const webhookArgs = objectType(
  "WebhookChallenge",
  "DNS-01 by a webhook solver that is installed in the cluster. Its credential is for the webhook to say: its `config` names a Secret that the program makes.",
  {
    groupName: text.meta({
      description: "API group of the webhook, as it was installed with.",
      source: "cert-manager.io/v1 ClusterIssuer spec.acme.solvers[].dns01.webhook.groupName",
    }),
    solverName: text.meta({
      description: "Name of the solver within the webhook.",
      source: "cert-manager.io/v1 ClusterIssuer spec.acme.solvers[].dns01.webhook.solverName",
    }),
    config: input(z.record(z.string(), z.unknown())).optional().meta({
      description: "What the webhook is told. It stands in the issuer in clear, so it holds no secret values.",
      source: "cert-manager.io/v1 ClusterIssuer spec.acme.solvers[].dns01.webhook.config",
    }),
  },
);

type WebhookArgs = z.output<typeof webhookArgs>;

export const webhook = {
  args: webhookArgs,
  description: "DNS-01 by a webhook solver.",
  credential: (): Credential => ({ source: "unmanaged", name: "webhook" }),
  solver: (args: WebhookArgs) => ({ webhook: args }),
} satisfies DnsKind<typeof webhookArgs>;
