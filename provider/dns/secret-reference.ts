import { z } from "zod";
import { objectNameText } from "../schema/leaves";
import { input, objectType } from "../schema/vocabulary";

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

const credential = z.string().regex(
  // A file with a service account's key ends with a line end, which does no harm.
  /^(\S(.*\S)?|\{.*\}\s*)$/s,
  "must be a text that neither begins nor ends with spaces or line ends; set it again without them",
);

export const dnsSecretsArgs = input(z.record(z.string(), credential))
  .optional()
  .meta({ secret: true, description: "Credentials of DNS providers, by the names that `challenges` use." });
