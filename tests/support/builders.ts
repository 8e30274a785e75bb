import type { ChallengeArgs } from "../../provider/dns";
import type { AcmeArgs } from "../../provider/issuers/acme";
import type { DomainArgs } from "../../provider/plan/domain";
import type { ClusterInputs } from "../../provider/plan/rules";
import type { RouteContext } from "../../provider/routes/contract";

/** A domain as parsed args hold it: routed to a Service that is named after its first label. */
export function domain(host: string, over: Partial<DomainArgs> = {}): DomainArgs {
  return { host, backend: { service: `${host.split(".")[0]!.replace("*", "any")}-svc`, port: 80 }, ...over };
}

/** A domain that gets a Certificate and no route. */
export function certificateOnly(host: string, over: Partial<DomainArgs> = {}): DomainArgs {
  return { host, certificateOnly: true, ...over };
}

export function acme(over: Partial<AcmeArgs> = {}): AcmeArgs {
  return { email: "ops@example.com", ...over };
}

/** A Cloudflare challenge whose token is an entry of dnsSecrets. */
export function cloudflareChallenge(secret = "main", zones?: string[]): ChallengeArgs {
  return { ...(zones ? { zones } : {}), cloudflare: { secret } };
}

/** Args of a ClusterTls without a problem: two domains in a namespace of their own, DNS-01 on Cloudflare, staging. */
export function clusterArgs(over: Partial<ClusterInputs> = {}): ClusterInputs {
  return {
    acme: acme(),
    challenges: [cloudflareChallenge()],
    dnsSecrets: { main: "cloudflare-token" },
    defaults: { namespace: "cafe", route: { gatewayApi: { gatewayClassName: "traefik" } } },
    domains: [domain("tea.example.com"), domain("coffee.example.com")],
    ...over,
  };
}

/** What a route kind is given to plan with. */
export function routeContext(over: Partial<RouteContext> = {}): RouteContext {
  return {
    host: "tea.example.com",
    name: "tea-example-com",
    namespace: "cafe",
    labels: { "app.kubernetes.io/managed-by": "certfleet" },
    annotations: undefined,
    secretName: "tea-example-com-tls",
    backend: { service: "tea-svc", port: 80 },
    redirect: true,
    ...over,
  };
}
