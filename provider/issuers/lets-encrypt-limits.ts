/**
 * Limits of Let's Encrypt's production directory that one program can come near by itself. From letsencrypt.org/docs/rate-limits,
 * last updated 2025-06-12, read 2026-11-22. Renewals of the same set of names count against neither.
 */
export const letsEncryptLimits = {
  /** "New Certificates per Registered Domain": refilled at one per 202 minutes. */
  certificatesPerRegisteredDomain: { count: 50, period: "7 days" },
  /** "New Orders per Account": refilled at one per 36 seconds. */
  ordersPerAccount: { count: 300, period: "3 hours" },
} as const;

/** How many names a certificate has at most by the profiles that take fewer than `classic` (letsencrypt.org/docs/profiles). */
export const namesByProfile: ReadonlyMap<string, number> = new Map([
  ["tlsserver", 25],
  ["shortlived", 25],
]);

/** Host of the production directory, which is the one with these limits. */
export const productionHost = "acme-v02.api.letsencrypt.org";

/** Let's Encrypt, as other public CAs, takes at most so many names in one certificate (of its classic profile). */
export const maxNamesPerCertificate = 100;
