import { z } from "zod";
import { certificatePem, httpsUrl, nameserver } from "../schema/leaves";
import { input } from "../schema/vocabulary";

/** What a provider is configured with, by `certfleet:KEY` in a stack's configuration or by an explicit provider's args. */
export const providerConfigArgs = z.strictObject({
  directory: input(httpsUrl).optional().meta({
    description:
      "https URL of the ACME directory that is used where args name neither an environment nor a directory. Default: Let's Encrypt's staging directory.",
    source: "RFC 8555 section 7.1.1",
  }),
  directoryCaBundle: input(certificatePem).optional().meta({
    description: "PEM certificates that the TLS of `directory` is verified against. Default: the system's.",
  }),
  resolvers: input(z.array(nameserver).min(1, "must name a server, or be left out")).optional().meta({
    description:
      "Recursive DNS servers that are asked whether a challenge's record is visible, where args name none: `address:port`, or https URLs of DoH servers (RFC 8484). Default: the system's resolver.",
  }),
});

export type ProviderConfig = z.output<typeof providerConfigArgs>;
