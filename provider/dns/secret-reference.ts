import { z } from "zod";
import { objectNameText } from "../schema/leaves";
import { input, objectType } from "../schema/vocabulary";
import { secretObjectName, type Credential, type Entry, type SecretRef } from "./contract";

/** A Secret beside the issuer's other Secrets, by name and key. */
export const secretReference = (name: string, holds: string, defaultKey: string) =>
  objectType(name, `A Secret in cert-manager's namespace and the key in it that holds ${holds}.`, {
    name: objectNameText.meta({ description: "Name of the Secret." }),
    key: z.string().min(1, "must not be empty").default(defaultKey).meta({ description: `Key in the Secret's data.` }),
  });

/** The key in `dnsSecrets` of a value that certfleet writes into a Secret. */
export const secretKey = objectNameText.max(
  200,
  "must be at most 200 characters, to leave room for what its Secret's name adds",
);

/** The name of a Secret that certfleet writes a credential into. */
export const credentialSecretName = objectNameText.max(
  220,
  "must be at most 220 characters, to leave room for the rotation that follows it",
);

/** Args of a kind whose credential is a value of dnsSecrets, or stands in a Secret that somebody else keeps. */
export interface GivenArgs {
  secret?: string | undefined;
  existingSecret?: SecretRef | undefined;
}

/** The two properties of such args. `type` is the name of the reference's type, `holds` what the credential is. */
export const givenShape = (type: string, holds: string, defaultKey: string) => ({
  secret: secretKey.optional().meta({
    description: `Key in \`dnsSecrets\` of ${holds}. certfleet writes it into a Secret in cert-manager's namespace.`,
  }),
  existingSecret: secretReference(type, holds, defaultKey)
    .optional()
    .meta({ description: `Secret in cert-manager's namespace that holds ${holds}, kept by somebody else.` }),
});

/** The credential of such args, whose Secret is named after the kind. */
export function givenCredential(
  kind: string,
  key: string,
  { secret, existingSecret }: GivenArgs,
  entry: Entry,
): Credential {
  if (existingSecret) {
    const { name, key: itsKey } = existingSecret;
    return { source: "existing", name: `${kind}-existing-${name}`, secretRef: { name, key: itsKey } };
  }
  if (secret === undefined) return { source: "unmanaged", name: `${kind}-unmanaged` };
  const name = `${kind}-${secret}`;
  return { source: "given", name, secretName: secret, secretRef: { name: secretObjectName(name, entry), key } };
}

/** What of such args is given. */
export const givenSources = (args: GivenArgs): string[] =>
  (["secret", "existingSecret"] as const).filter((key) => args[key] !== undefined);

/** The rule that there is at most one source of the credential, or exactly one. */
export function checkSource(args: GivenArgs, ctx: z.RefinementCtx, needed: boolean): void {
  const given = givenSources(args);
  if (given.length === 1 || (given.length === 0 && !needed)) return;
  const message =
    given.length === 0
      ? "needs its credential; set secret to a key of dnsSecrets, or existingSecret.name to a Secret that exists"
      : "has its credential twice, as secret and existingSecret; leave out one of them";
  ctx.addIssue({ code: "custom", message });
}

const credential = z.string().regex(
  // A file with a service account's key ends with a line end, which does no harm.
  /^(\S(.*\S)?|\{.*\}\s*)$/s,
  "must be a text that neither begins nor ends with spaces or line ends; set it again without them",
);

export const dnsSecretsArgs = input(z.record(z.string(), credential))
  .optional()
  .meta({ secret: true, description: "Credentials of DNS providers, by the names that `challenges` use." });
