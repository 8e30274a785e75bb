import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { ownLabels, type Dns01Solver, type Manifest } from "../kubernetes/types";
import { productionHost } from "./lets-encrypt-limits";
import { certificatePem, email, httpsUrl, label, objectNameText, text } from "../schema/leaves";
import { enumType, input, objectType } from "../schema/vocabulary";

export const environmentArgs = enumType("AcmeEnvironment", "Which ACME directory issues.", {
  staging: "Let's Encrypt's staging directory: generous limits, and certificates that browsers do not trust.",
  production: "Let's Encrypt's production directory.",
  custom: "The directory given as `acme.directory`.",
});

export type Environment = z.output<typeof environmentArgs>;

const directoryUrls = {
  staging: "https://acme-staging-v02.api.letsencrypt.org/directory",
  production: "https://acme-v02.api.letsencrypt.org/directory",
} as const;

const issuerNames: Record<Environment, string> = {
  staging: "letsencrypt-staging",
  production: "letsencrypt-production",
  custom: "acme",
};

export const directoryArgs = objectType(
  "AcmeDirectory",
  "An ACME directory of your own choice (RFC 8555 section 7.1.1).",
  {
    url: input(httpsUrl).meta({
      description: "https URL of the directory.",
      source: "cert-manager.io/v1 ClusterIssuer spec.acme.server",
    }),
    caBundle: input(certificatePem).optional().meta({
      description: "PEM certificates that the directory's own TLS is verified against.",
      default: "the system's",
      source: "cert-manager.io/v1 ClusterIssuer spec.acme.caBundle",
    }),
  },
);

const issuerArgs = objectType("AcmeIssuer", "The ClusterIssuer of one ACME environment.", {
  name: objectNameText.optional().meta({
    description: "Name of the ClusterIssuer. Another name is another ClusterIssuer.",
    default: "`letsencrypt-staging`, `letsencrypt-production` or `acme`",
  }),
  accountKeySecret: objectNameText.optional().meta({
    description: "Secret with the account's key, in cert-manager's namespace. Another Secret is another account.",
    default: "the ClusterIssuer's name with `-account-key`",
    source: "cert-manager.io/v1 ClusterIssuer spec.acme.privateKeySecretRef",
  }),
  profile: text.optional().meta({
    description: "Profile of what this directory issues.",
    default: "`acme.profile`",
    source: "cert-manager.io/v1 ClusterIssuer spec.acme.profile",
  }),
  adopt: z.boolean().optional().meta({
    description: "Takes over the ClusterIssuer that exists, instead of making one. Leave it out again afterwards.",
    default: "`false`",
  }),
});

const issuersArgs = objectType(
  "AcmeIssuers",
  "ClusterIssuers by ACME environment, where one is not as the others, or not as certfleet makes them.",
  {
    staging: issuerArgs.optional().meta({ description: "That of environment `staging`." }),
    production: issuerArgs.optional().meta({ description: "That of environment `production`." }),
    custom: issuerArgs.optional().meta({ description: "That of environment `custom`." }),
  },
);

export const acmeArgs = objectType(
  "Acme",
  "The ACME account and directories that certificates are ordered from (RFC 8555).",
  {
    email: email.optional().meta({
      description: "Contact of the account. Required for production. Let's Encrypt sends no expiry warnings any more.",
      source: "cert-manager.io/v1 ClusterIssuer spec.acme.email",
    }),
    environment: environmentArgs.optional().meta({
      description: "Directory of all domains that do not name their own.",
      default: '`"custom"` if `directory` is given, else `"staging"`',
    }),
    additionalEnvironments: z.array(environmentArgs).optional().meta({
      description:
        "Further environments that get an issuer although no domain of this component uses them, for other stacks to use.",
    }),
    accountKeyRotation: label.optional().meta({
      description:
        "Name of a rotation, such as `2026-11`. Another one makes a new key, in a Secret of its own, and registers a new account with it. Certificates stay as they are.",
      source: "cert-manager.io/v1 ClusterIssuer spec.acme.privateKeySecretRef.name",
    }),
    profile: text.optional().meta({
      description:
        "Profile of all certificates, by the name that the directory gives it; Let's Encrypt has `classic` (90 days, up to 100 names), `tlsserver` (45 days, up to 25 names) and `shortlived` (160 hours, up to 25 names). " +
        "Another one holds from the next issuance on. Needs cert-manager 1.18 or newer.",
      default: "the directory's choice; Let's Encrypt's is `classic`",
      source: "cert-manager.io/v1 ClusterIssuer spec.acme.profile",
    }),
    directory: directoryArgs.optional().meta({ description: 'The directory behind environment "custom".' }),
    issuers: issuersArgs.optional().meta({
      description:
        "Names of the ClusterIssuers and of their accounts' keys, their profiles, and which of them are taken over.",
    }),
  },
);

export type AcmeArgs = z.output<typeof acmeArgs>;

export const defaultEnvironment = (acme: AcmeArgs): Environment =>
  acme.environment ?? (acme.directory ? "custom" : "staging");

/** The environments that get an issuer, in a fixed order. */
export function usedEnvironments(
  acme: AcmeArgs,
  domains: readonly { environment?: Environment | undefined }[],
): Environment[] {
  const named = domains.flatMap((domain) => (domain.environment ? [domain.environment] : []));
  return [...new Set([defaultEnvironment(acme), ...(acme.additionalEnvironments ?? []), ...named])].sort();
}

/** Whether Let's Encrypt is behind an environment, as far as that is known. */
export const isLetsEncrypt = (environment: Environment, directory?: AcmeArgs["directory"]): boolean =>
  environment !== "custom" || (hostOf(directory)?.endsWith(".letsencrypt.org") ?? false);

/** Whether Let's Encrypt's production directory, with its limits, is behind an environment, as far as that is known. */
export const isProduction = (environment: Environment, directory?: AcmeArgs["directory"]): boolean =>
  environment === "production" || (environment === "custom" && hostOf(directory) === productionHost);

function hostOf(directory: AcmeArgs["directory"]): string | undefined {
  const url = directory?.url;
  return typeof url === "string" && URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** The name of an environment's ClusterIssuer. Each has its own, so that staging and production live side by side. */
export const issuerName = (environment: Environment, { issuers }: Pick<AcmeArgs, "issuers">): string =>
  issuers?.[environment]?.name ?? issuerNames[environment];

/** The profile that an environment's issuer orders by; undefined where the directory chooses. */
export const profileOf = (environment: Environment, { issuers, profile }: Pick<AcmeArgs, "issuers" | "profile">) =>
  issuers?.[environment]?.profile ?? profile;

/** Name of the Secret in which cert-manager keeps the key of an environment's account. */
export function accountKeySecret(
  environment: Environment,
  acme: Pick<AcmeArgs, "issuers" | "accountKeyRotation">,
): string {
  const name = acme.issuers?.[environment]?.accountKeySecret ?? `${issuerName(environment, acme)}-account-key`;
  return [name, acme.accountKeyRotation].filter(Boolean).join("-");
}

/** The ClusterIssuer of one environment. */
export function acmeIssuer(environment: Environment, acme: AcmeArgs, challenges: readonly Dns01Solver[]): Manifest {
  const name = issuerName(environment, acme);
  const custom = environment === "custom" ? acme.directory : undefined;
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name, labels: ownLabels },
    spec: {
      acme: {
        server: custom?.url ?? directoryUrls[environment as keyof typeof directoryUrls],
        email: acme.email,
        profile: profileOf(environment, acme),
        caBundle: custom?.caBundle && pulumi.output(custom.caBundle).apply(toBase64),
        // cert-manager makes the account's key itself and keeps it in this Secret.
        privateKeySecretRef: { name: accountKeySecret(environment, acme) },
        solvers: challenges.map(solver),
      },
    },
  };
}

function solver(challenge: Dns01Solver): Record<string, unknown> {
  const selector = challenge.zones && { selector: { dnsZones: challenge.zones } };
  return { ...selector, dns01: challenge.solver };
}

const toBase64 = (text: string): string => Buffer.from(text).toString("base64");
