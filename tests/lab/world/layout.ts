import { createHash } from "node:crypto";
import { join } from "node:path";

/** Addresses inside every world's network namespace; worlds do not see each other, so all have the same. */
export const addresses = {
  loadBalancer: "10.200.0.1",
  apiHosts: "10.200.0.2",
  apiserver: "10.200.0.3",
  nameserver: "10.200.0.53",
  clusterDns: "10.96.0.10",
  kubernetesService: "10.96.0.1",
  outside: "10.200.0.0/24",
  services: "10.96.0.0/16",
  pods: "10.244.0.0/16",
  podGateway: "10.244.0.1/16",
  nodePods: "10.244.1.0/24",
  proxy: "127.0.0.1:3128",
  etcd: "127.0.0.1:2379",
  apiserverPort: 6443,
} as const;

export const podBridge = "pods0";
export const nodeName = "lab";

export const apiserverUrl = `https://127.0.0.1:${addresses.apiserverPort}`;

/** The hosts that the edge program plays; nothing else can be reached from a world. */
export const hosts = {
  cloudflare: "api.cloudflare.com",
  registry: "quay.io",
  acmeStaging: "acme-staging-v02.api.letsencrypt.org",
  acmeProduction: "acme-v02.api.letsencrypt.org",
  acmeCustom: "acme.lab.test",
  googleToken: "oauth2.googleapis.com",
  googleIam: "iam.googleapis.com",
  googleProjects: "cloudresourcemanager.googleapis.com",
  cloudDns: "dns.googleapis.com",
} as const;

/** Zones that the authoritative DNS server serves. */
export const zones = ["example.com", "example.net", "example.org"] as const;

export type AcmeEnvironment = "staging" | "production";

/** Pebble's API and management ports; one server per ACME environment, since their roots and accounts differ. */
export const acmePorts: Record<AcmeEnvironment, { api: number; management: number }> = {
  staging: { api: 14000, management: 15000 },
  production: { api: 14001, management: 15001 },
};

/** Cloudflare tokens that the emulator knows; made up, and good for nothing outside the lab. */
export const cloudflareTokens = {
  /** What the documentation tells users to make. */
  full: "lab-cloudflare-token-0123456789abcdefghij",
  /** May read zones but not edit records. */
  readOnly: "lab-cloudflare-readonly-0123456789abcdefg",
  /** Edits one zone only. */
  exampleNet: "lab-cloudflare-examplenet-0123456789abcde",
  /** Makes tokens (API Tokens Write), and reads zones and edits records everywhere. */
  admin: "lab-cloudflare-admin-0123456789abcdefghij",
} as const;

/** The one account of the Cloudflare emulator; it owns every zone. */
export const cloudflareAccount = "1ab0000000000000000000000000acc0";

/** A zone's id in the Cloudflare emulator, the same in every world. */
export function cloudflareZoneId(zone: string): string {
  return createHash("sha256").update(`zone ${zone}`).digest("hex").slice(0, 32);
}

/** The TSIG key that the DNS server takes dynamic updates by, and the zones that it may update. */
export const updateKey = {
  name: "lab-update",
  algorithm: "hmac-sha256",
  secret: "bGFiLXRzaWctc2VjcmV0LTAxMjM0NTY3ODlhYmNkZWY=",
  zones: ["example.net"],
} as const;

/** An access token (`Authorization: Bearer`) with which everything is allowed in the Google emulators. */
export const googleAdminToken = "ya29.lab-google-admin-0123456789abcdefghij";

/** The project that exists in the Google emulators, and its managed zones of Cloud DNS, by name. */
export const googleProject = {
  id: "lab-project",
  number: "100000000001",
  managedZones: { "example-org": "example.org" },
} as const;

/** Paths in a world's folder. */
export interface Layout {
  folder: string;
  processes: string;
  lock: string;
  logs: string;
  pki: string;
  roots: string;
  /** The root of each ACME environment, as PEM. */
  acmeRoots: Record<AcmeEnvironment, string>;
  kubeconfig: string;
  kubeconfigs: string;
  etcdData: string;
  kubelet: string;
  podLogs: string;
  images: string;
  edgeConfig: string;
  edgeSocket: string;
  /** Leads to the load balancer's port 443. */
  httpsSocket: string;
  /** Leads to the API server. */
  apiserverSocket: string;
  etc: string;
}

export function layoutOf(folder: string): Layout {
  const at = (...parts: string[]): string => join(folder, ...parts);
  return {
    folder,
    processes: at("processes.json"),
    // Beside the folder, which `down` removes.
    lock: `${folder}.lock`,
    logs: at("logs"),
    pki: at("pki"),
    roots: at("pki", "roots.pem"),
    acmeRoots: { staging: at("pki", "acme-staging.pem"), production: at("pki", "acme-production.pem") },
    kubeconfig: at("kubeconfig"),
    kubeconfigs: at("kubeconfigs"),
    etcdData: at("etcd"),
    kubelet: at("kubelet"),
    podLogs: at("kubelet", "logs"),
    images: at("images.json"),
    edgeConfig: at("edge.json"),
    edgeSocket: at("edge.sock"),
    httpsSocket: at("https.sock"),
    apiserverSocket: at("apiserver.sock"),
    etc: at("etc"),
  };
}
