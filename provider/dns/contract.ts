/** One DNS provider as ACME issuers use it: pure, from its args fragment to cert-manager's solver. */
export interface DnsKind<A> {
  /** Name of the entry in dnsSecrets that the fragment draws on, if any. */
  secretName(args: A): string | undefined;
  /** The Secret and key that hold the credential: one that exists, or the one that certfleet writes. */
  secretRef(args: A): { name: string; key: string };
  /** The `dns01` part of a solver (cert-manager.io/v1 ACMEChallengeSolverDNS01). */
  solver(args: A, secretRef: { name: string; key: string }): Record<string, unknown>;
}
