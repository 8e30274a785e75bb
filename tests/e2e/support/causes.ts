/** Causes as certfleet says them. */
export const causes = {
  busy: "the DNS provider refuses for now: too many requests",
  broken: "the DNS provider's API does not answer, or answers with an error of its own",
  noZone: "the DNS provider has no zone for the name that this credential can see",
  noRight: "the credential is valid, but may not edit the zone's records",
  noKey: "the DNS provider does not accept the credential",
  wrong: "the CA looked for the challenge and refused what it found",
  nowhere: "the challenge's DNS record is not visible yet where it is looked for",
};

/** The cause that an update named for each Certificate that it waited for in vain, by the Certificate's name. */
export function causesIn(output: string): Record<string, string> {
  const headings =
    /Certificate [a-z0-9-]+\/(\S+) (?:did not become ready|could not be issued)[^\n]*\n\s*cause: ([^\n]+)/g;
  return Object.fromEntries([...output.matchAll(headings)].map(([, name, cause]) => [name!, cause!]));
}
