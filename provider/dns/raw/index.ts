import { z } from "zod";
import { objectType } from "../../schema/vocabulary";
import type { Credential, DnsKind } from "../contract";

const spec = z
  .record(z.string(), z.unknown())
  .refine(
    (value) => Object.keys(value).length === 1,
    "must hold exactly one DNS provider by its name in cert-manager's dns01, such as { digitalocean: {...} }",
  )
  .refine(
    (value) => !Object.hasOwn(value, "cnameStrategy"),
    "must name a DNS provider; cnameStrategy stands beside raw, in the entry",
  );

const rawArgs = objectType(
  "RawChallenge",
  "DNS-01 by any other DNS provider of cert-manager's. The API server checks it. Its credential is in a Secret that the program makes, and that the spec names.",
  {
    spec: spec.meta({
      description: "The provider as cert-manager's `dns01` has it, under its name. It holds no secret values.",
      source: "cert-manager.io/v1 ClusterIssuer spec.acme.solvers[].dns01",
    }),
  },
);

type RawArgs = z.output<typeof rawArgs>;

export const raw = {
  args: rawArgs,
  description: "DNS-01 by any other DNS provider that cert-manager knows.",
  credential: (): Credential => ({ source: "unmanaged", name: "raw" }),
  solver: (args: RawArgs) => args.spec,
} satisfies DnsKind<typeof rawArgs>;
