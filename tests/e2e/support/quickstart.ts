import { CAFE_NAMESPACE, cloudflareTokens, GATEWAY_CLASS } from "../../lab";
import type { Stack } from "./stack";

/** Hosts and the Services behind them, as the quickstart's configuration names them. */
export type Hosts = Record<string, string>;

export const quickstartHosts: Hosts = { "coffee.example.com": "coffee-svc", "tea.example.com": "tea-svc" };

/** What a user sets before the quickstart's first `pulumi up`, with the lab's GatewayClass and backends. */
export async function initQuickstart(stack: Stack, hosts: Hosts, token: string = cloudflareTokens.full): Promise<void> {
  const config = { email: "ops@example.com", gatewayClassName: GATEWAY_CLASS, namespace: CAFE_NAMESPACE };
  await stack.init({ ...config, hosts: JSON.stringify(hosts) }, { cloudflareApiToken: token });
}

export const setHosts = (stack: Stack, hosts: Hosts): Promise<void> =>
  stack.configure({ hosts: JSON.stringify(hosts) });

/** The quickstart's outputs, as far as they are read here. */
export interface QuickstartOutputs {
  domains: Record<string, DomainOutput>;
  requiredDnsRecords: { name: string; type: string; value: string }[];
  platform: { issuers: Record<string, string>; environment: string; gatewayClassName?: string };
}

export interface DomainOutput {
  host: string;
  url?: string;
  issuer?: string;
  ready?: boolean;
  notAfter?: string;
  secretName: string;
  namespace: string;
  addresses: string[];
}
