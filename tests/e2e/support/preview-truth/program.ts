import { CAFE_NAMESPACE, cloudflareTokens, GATEWAY_CLASS } from "../../../lab";

/** The configuration of tests/e2e/programs/preview-truth, which is the whole of what a change can change. */
export interface Program {
  args: Args;
  dnsSecrets: Record<string, string>;
  /** Settings of the Kubernetes provider, and the kubeconfig beside them because it is a secret. */
  provider: { clusterIdentifier: string; enableSecretMutable?: boolean };
  kubeconfig: string;
  /** Whether certfleet itself has the kubeconfig, too. */
  access?: boolean;
}

/** Args of the ClusterTls as the rows change them; certfleet itself checks them. */
export interface Args {
  acme: { email: string; environment: string; [arg: string]: unknown };
  challenges: object[];
  certManager: { version: string; purge?: boolean; rollbackOnFailure?: boolean };
  defaults: Record<string, unknown>;
  domains: Domain[];
}

export interface Domain {
  host: string;
  [arg: string]: unknown;
}

/** The program before the first change. Its one domain is in two zones' tokens' reach, so that its token can change. */
export function firstProgram(kubeconfig: string): Program {
  return {
    args: {
      acme: { email: "ops@example.com", environment: "staging" },
      challenges: [{ cloudflare: { secret: "main" } }],
      certManager: { version: "1.21.1" },
      defaults: { namespace: CAFE_NAMESPACE, route: { gatewayApi: { gatewayClassName: GATEWAY_CLASS } } },
      domains: [{ host: "coffee.example.net", backend: { service: "coffee-svc", port: 80 } }],
    },
    dnsSecrets: { main: cloudflareTokens.full },
    provider: { clusterIdentifier: "first" },
    kubeconfig,
  };
}

/** The stack's configuration, plain and secret. */
export function settingsOf(program: Program): [Record<string, string>, Record<string, string>] {
  const { args, provider, dnsSecrets, kubeconfig, access = false } = program;
  const plain = { args: JSON.stringify(args), provider: JSON.stringify(provider), access: String(access) };
  return [plain, { dnsSecrets: JSON.stringify(dnsSecrets), kubeconfig }];
}

export const withArgs = (program: Program, args: Partial<Args>): Program => ({
  ...program,
  args: { ...program.args, ...args },
});

export const withAcme = (program: Program, acme: Record<string, unknown>): Program =>
  withArgs(program, { acme: { ...program.args.acme, ...acme } });

export const withDomains = (program: Program, change: (domains: Domain[]) => Domain[]): Program =>
  withArgs(program, { domains: change(program.args.domains) });

/** One domain with other args; one that is undefined is left out. */
export const withDomain = (program: Program, host: string, args: Record<string, unknown>): Program =>
  withDomains(program, (domains) => domains.map((domain) => (domain.host === host ? { ...domain, ...args } : domain)));

/** Where a program runs: the first cluster, and one to move to. */
export interface Clusters {
  kubeconfig: string;
  otherKubeconfig: string;
}

interface Kubeconfig {
  "current-context": string;
  contexts: { name: string; context: { user: string } }[];
  users: { name: string }[];
}

/** The same cluster and credentials under other names. */
export function renameContext(kubeconfig: string, name: string): string {
  const config = JSON.parse(kubeconfig) as Kubeconfig;
  const contexts = config.contexts.map((entry) => ({ name, context: { ...entry.context, user: name } }));
  const users = config.users.map((entry) => ({ ...entry, name }));
  return JSON.stringify({ ...config, contexts, users, "current-context": name });
}
