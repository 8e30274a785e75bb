import { hostname, isWildcard } from "../schema/hostname";

/** The name of a DNS zone. */
export const zone = hostname
  .refine(
    (name) => !isWildcard(name),
    "must be a zone without a wildcard: a zone serves every name in it; leave the first label out",
  )
  .meta({ constraint: "must be a full name such as example.com" });
