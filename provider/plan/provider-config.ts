import { z } from "zod";
import type { AcmeArgs, Environment } from "../issuers/acme";
import { certificatePem, httpsUrl, kubeconfigText, nameservers } from "../schema/leaves";
import { peek } from "../schema/settled";
import { hasOutput, input } from "../schema/vocabulary";

/** What a provider is configured with, by `certfleet:KEY` in a stack's configuration or by an explicit provider's args. */
export const providerConfigArgs = z
  .strictObject({
    directory: input(httpsUrl).optional().meta({
      description: "URL of the ACME directory that is used where args name neither an environment nor a directory.",
      default: "Let's Encrypt's staging directory",
      source: "RFC 8555 section 7.1.1",
    }),
    directoryCaBundle: input(certificatePem).optional().meta({
      description: "PEM certificates that the TLS of `directory` is verified against.",
      default: "the system's",
    }),
    resolvers: nameservers.optional().meta({
      description:
        "Recursive DNS servers that are asked whether a challenge's record is visible, where args name none, and whether a host resolves, with `waitForDns`.",
      default: "the system's resolver",
    }),
    kubeconfig: input(kubeconfigText).optional().meta({
      secret: true,
      description:
        "Text of a kubeconfig for the cluster, where args name none. With it certfleet itself waits for what it makes and says in full why something does not become ready.",
      default: "the Kubernetes provider waits",
    }),
  })
  .meta({
    description:
      "What certfleet falls back to where args say nothing, for every resource of a stack or of an explicit provider.",
  });

export type ProviderConfig = z.output<typeof providerConfigArgs>;

/** The configured kubeconfig, where there is one and it is known. */
export function kubeconfigOf({ kubeconfig }: ProviderConfig): string | undefined {
  const { value } = peek(kubeconfig);
  return typeof value === "string" ? value : undefined;
}

/** The configured DNS servers, where there are any and they are known. */
export function resolversOf({ resolvers }: ProviderConfig): string[] | undefined {
  const { value } = peek(resolvers);
  return Array.isArray(value) && !hasOutput(value) ? (value as string[]) : undefined;
}

/** The account with the configured directory behind environment "custom", where the args leave open which directory that is. */
export function configureAcme(
  acme: AcmeArgs,
  domains: readonly { environment?: Environment | undefined }[],
  { directory, directoryCaBundle }: ProviderConfig,
): AcmeArgs {
  const named = [acme.environment, ...(acme.additionalEnvironments ?? []), ...domains.map((one) => one.environment)];
  const open = acme.environment === undefined || named.includes("custom");
  if (directory === undefined || acme.directory !== undefined || !open) return acme;
  const caBundle = directoryCaBundle === undefined ? {} : { caBundle: directoryCaBundle };
  return { ...acme, environment: acme.environment ?? "custom", directory: { url: directory, ...caBundle } };
}

/** The installation with the configured DNS servers, where the args name none. */
export function configureCertManager<A extends { recursiveNameservers?: ProviderConfig["resolvers"] }>(
  args: A,
  { resolvers }: ProviderConfig,
): A {
  return args.recursiveNameservers !== undefined || resolvers === undefined
    ? args
    : { ...args, recursiveNameservers: resolvers };
}
