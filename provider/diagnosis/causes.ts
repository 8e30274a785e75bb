import { flat } from "./objects";
import type { Cause, CauseName } from "./types";

interface Recognition {
  name: CauseName;
  /** What cert-manager, or who it repeats, writes then. */
  pattern: RegExp;
  summary: string;
  fix: string;
}

/** In this order: the first that matches is it. The texts were seen with cert-manager 1.21, or are in its sources. */
const recognitions: Recognition[] = [
  {
    name: "ca-rate-limit",
    pattern: /urn:ietf:params:acme:error:rateLimited|\b429 urn:ietf:params:acme:/,
    summary: "the CA refuses for now: a rate limit is reached",
    fix: "wait until the limit ends; Let's Encrypt's staging directory has generous ones (letsencrypt.org/docs/rate-limits)",
  },
  {
    name: "dns-rate-limit",
    pattern:
      /googleapi: (Error|got HTTP response code) 429|oauth2: cannot fetch token: 429|[Rr]ateLimitExceeded|(HTTP status|Error:?|status code:?) 429\b|Error: (10429|971):/,
    summary: "the DNS provider refuses for now: too many requests",
    fix: "wait: cert-manager tries again; fewer certificates at once, or a higher quota at the provider, help",
  },
  {
    name: "dns-unavailable",
    pattern:
      /googleapi: (Error|got HTTP response code) 5\d\d|oauth2: cannot fetch token: (5\d\d|\w+ "https:)|(Cloudflare API for|"https:\/\/\w+\.googleapis\.com\S*":) .*(Error: (10013|7000): |timeout|deadline exceeded|EOF|connection re|no such host|dial tcp)|invalid character '<' looking for beginning of value/i,
    summary: "the DNS provider's API does not answer, or answers with an error of its own",
    fix: "wait: cert-manager tries again; where it stays so, see the provider's status page, and let cert-manager's pods reach the API (egress rules, a proxy by the chart's http_proxy and https_proxy)",
  },
  {
    name: "quota",
    pattern: /exceeded quota: /,
    summary: "a ResourceQuota of the namespace is used up",
    fix: "raise it (kubectl describe resourcequota --namespace NAMESPACE), or ask for less: of cert-manager, by replicas and resources among the chart's values",
  },
  {
    name: "pod-security",
    pattern: /violates PodSecurity/,
    summary: "the Pod Security level of the namespace refuses the Pod",
    fix: "let the Pod keep to the level (securityContext among the chart's values), or give the namespace another one by its label pod-security.kubernetes.io/enforce",
  },
  {
    name: "webhook-untrusted",
    pattern: /failed calling webhook "webhook\.cert-manager\.io": .*x509: |webhook CA bundle is not injected/,
    summary: "the API server does not trust cert-manager's webhook",
    fix: "let cert-manager's cainjector write its CA into ValidatingWebhookConfiguration and MutatingWebhookConfiguration cert-manager-webhook: it must run, hold its lease (kubectl logs --namespace NAMESPACE deployment/cert-manager-cainjector), and be the only one",
  },
  {
    name: "webhook",
    pattern: /failed calling webhook "webhook\.cert-manager\.io"/,
    summary: "cert-manager's webhook does not answer the API server",
    fix: "let the API server reach port 10250 of cert-manager's webhook (firewalls of private clusters, network policies, webhook.* among the chart's values)",
  },
  {
    name: "admission",
    // "is forbidden: User" is a right that is missing, which no admission rule is asked about.
    pattern:
      /admission webhook "[^"]*" denied the request|fail(ed|ing) (to call|calling) webhook|is forbidden: (?!User )/,
    summary: "an admission rule of the cluster refuses what has to be made",
    fix: "read who refuses it, and why: change the rule (a policy engine's, a LimitRange), or let what is made keep to it",
  },
  {
    name: "missing-credential",
    pattern:
      /failed to get secret "|error getting \S+ (secret|service account)|not found in secret|does not have key|secrets? "[^"]+" not found/,
    summary: "the Secret with the DNS provider's credential is missing, or its key is",
    fix: "make the Secret in cert-manager's namespace, or give the credential by dnsSecrets",
  },
  {
    name: "wrong-credential",
    pattern:
      /Error: 9109: Invalid access token|6111: Invalid format for Authorization header|Error: (1000|1001|9103|9106|9107): |API (key|token) is invalid|oauth2: |invalid_grant|invalid_client|Unable to acquire config|googleapi: Error 401/,
    summary: "the DNS provider does not accept the credential",
    fix: "set a credential that is valid: `pulumi config set --secret ...`, and `pulumi up`",
  },
  {
    name: "zone-missing",
    pattern:
      /Found no Zones for domain|No matching GoogleCloud domain found|googleapi: Error 404|managedZone.* (was )?not found|no hosted zone/i,
    summary: "the DNS provider has no zone for the name that this credential can see",
    fix: "make the zone, or let the credential read it; or correct the host, or the zones of challenges",
  },
  {
    name: "underprivileged-credential",
    pattern: /Error: (10000: Authentication error|9109: Unauthorized)|googleapi: Error 403|AccessDenied/,
    summary: "the credential is valid, but may not edit the zone's records",
    fix: "give it the rights to read the zone and to edit its DNS records (Cloudflare: Zone:Read and DNS:Edit; Cloud DNS: roles/dns.admin, or the permissions of a role that certfleet makes)",
  },
  {
    name: "directory-untrusted",
    pattern: /register ACME account: .*(x509|certificate signed by unknown authority)/,
    summary: "the ACME directory's own certificate is not trusted by cert-manager",
    fix: "set acme.directory.caBundle to the CA of the directory",
  },
  {
    name: "account-refused",
    pattern: /register ACME account: .*(urn:ietf:params:acme:error|\b4\d\d\b)/,
    summary: "the CA refuses the account",
    fix: "correct what it says: often acme.email, or the CA wants an external account binding",
  },
  {
    name: "directory-unreachable",
    pattern: /(register|verify) (the )?ACME account: |acme: .*(dial tcp|no such host|timeout|EOF)/i,
    summary: "the ACME directory cannot be reached from the cluster",
    fix: "correct the directory's URL, or let cert-manager's pods reach it (egress rules, a proxy by the chart's http_proxy and https_proxy)",
  },
  {
    name: "issuer-missing",
    pattern: /Referenced "\w+" not found/,
    summary: "the issuer that the Certificate names does not exist",
    fix: "make it, or name one that exists (kubectl get clusterissuers,issuers -A)",
  },
  {
    name: "port-80",
    pattern:
      /HTTP-01 challenge propagation|urn:ietf:params:acme:error:connection|Non-200 status code from HTTP|key authorization file|Invalid response from http:/,
    summary: "port 80 of the host does not answer the challenge",
    fix: "lead the host's DNS record to the load balancer, open port 80, and let nothing else (a redirect, a CDN) take /.well-known/acme-challenge/",
  },
  {
    name: "record-not-visible",
    pattern:
      /DNS-01 challenge propagation|not yet propagated|urn:ietf:params:acme:error:dns|NXDOMAIN|SERVFAIL|No TXT records? found|Error retrieving TXT records/,
    summary: "the challenge's DNS record is not visible yet where it is looked for",
    fix: "check that the zone is delegated to the DNS provider in question (dig NS ZONE); set certManager.recursiveNameservers where the cluster reaches no authoritative server",
  },
  {
    name: "challenge-refused",
    pattern:
      /acme: authorization error|Accepting challenge|urn:ietf:params:acme:error:(unauthorized|caa|incorrectResponse)|Incorrect TXT/,
    summary: "the CA looked for the challenge and refused what it found",
    fix: "read what it found, in the reason: often another record or answer than the challenge's, or a CAA record that names other CAs",
  },
  {
    name: "profile-missing",
    pattern: /does not (advertise a profile|support profiles)|urn:ietf:params:acme:error:invalidProfile/,
    summary: "the ACME directory has no profile of the name that the issuer asks for",
    fix: "set acme.profile to one of meta.profiles in the directory's own answer (curl its URL), or leave it out",
  },
  {
    name: "order-refused",
    pattern: /Failed to (create|finalize|retrieve) Order|urn:ietf:params:acme:error/,
    summary: "the CA refuses the order",
    fix: "correct what it says of the names or of the account",
  },
  {
    name: "issuer-not-ready",
    pattern: /Referenced issuer does not have a Ready status condition|Referenced "\w+" .*not ready/,
    summary: "the issuer is not ready",
    fix: "see what the issuer itself says",
  },
];

/** The cause that a controller's message stands for, if it is one that is known. */
export function recognise(message: string, at: string): Cause | undefined {
  const reason = flat(message);
  const found = recognitions.find(({ pattern }) => pattern.test(reason));
  return found && { name: found.name, at, reason, summary: found.summary, fix: found.fix };
}

/** A cause that nobody has seen yet: the words themselves must do. */
export const unrecognised = (message: string, at: string): Cause => ({
  name: "unknown",
  at,
  reason: flat(message),
  summary: "its controller says so",
  fix: "read the reason; the commands below show more",
});

/** When a CA says that its rate limit ends, in RFC 3339: Let's Encrypt writes "retry after 2026-11-25 13:00:00 UTC". */
export function retryAfter(message: string): string | undefined {
  const [, day, time] = /retry after (\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)/i.exec(message) ?? [];
  return day && time ? `${day}T${time}Z` : undefined;
}
