import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { authorityPem, createAuthority, issue, type Pem } from "./certificates";
import { addresses, apiserverUrl, hosts, type Layout, nodeName } from "./layout";

interface Identity {
  /** Name of the kubeconfig. */
  name: string;
  user: string;
  groups: readonly string[];
}

/** Who speaks to the API server, by tokens. What is under test has ServiceAccounts and RBAC; these are the lab itself. */
const identities: readonly Identity[] = [
  { name: "admin", user: "admin", groups: ["system:masters"] },
  { name: "controller-manager", user: "system:kube-controller-manager", groups: [] },
  { name: "scheduler", user: "system:kube-scheduler", groups: [] },
  { name: "kubelet", user: `system:node:${nodeName}`, groups: ["system:nodes", "system:masters"] },
  { name: "traefik", user: "traefik", groups: ["system:masters"] },
];

const serverNames = [
  "localhost",
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
  "pebble",
  "127.0.0.1",
  addresses.kubernetesService,
  addresses.apiserver,
];

export const pkiFile = (layout: Layout, name: string): string => join(layout.pki, name);
export const kubeconfigOf = (layout: Layout, name: string): string => join(layout.kubeconfigs, name);

export function renderKubeconfig(name: string, token: string, ca: string): string {
  return `apiVersion: v1
kind: Config
clusters:
  - name: lab
    cluster:
      server: ${apiserverUrl}
      certificate-authority-data: ${Buffer.from(ca).toString("base64")}
users:
  - name: ${name}
    user:
      token: ${token}
contexts:
  - name: lab
    context:
      cluster: lab
      user: ${name}
current-context: lab
`;
}

/** A line of the API server's static token file: token, user, uid and, where there are any, groups. */
export function tokenLine(token: string, { user, groups }: Pick<Identity, "user" | "groups">): string {
  const columns = [token, user, user];
  return [...columns, ...(groups.length > 0 ? [`"${groups.join(",")}"`] : [])].join(",");
}

function write(path: string, text: string, mode = 0o600): void {
  writeFileSync(path, text, { mode });
}

function writePair(layout: Layout, name: string, pem: Pem): void {
  write(pkiFile(layout, `${name}.crt`), pem.certificate, 0o644);
  write(pkiFile(layout, `${name}.key`), pem.key);
}

/** The API server signs the tokens of ServiceAccounts with it; RSA, as it is in nearly every cluster. */
function writeServiceAccountKey(layout: Layout): void {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  write(pkiFile(layout, "sa.key"), privateKey.export({ type: "pkcs1", format: "pem" }).toString());
  write(pkiFile(layout, "sa.pub"), publicKey.export({ type: "spki", format: "pem" }).toString(), 0o644);
}

function writeIdentities(layout: Layout, ca: string): void {
  const lines: string[] = [];
  for (const identity of identities) {
    const token = randomBytes(20).toString("hex");
    lines.push(tokenLine(token, identity));
    write(kubeconfigOf(layout, identity.name), renderKubeconfig(identity.name, token, ca));
    if (identity.name === "admin") write(layout.kubeconfig, renderKubeconfig(identity.name, token, ca));
  }
  write(pkiFile(layout, "tokens.csv"), `${lines.join("\n")}\n`);
}

/** All keys and certificates of a world, once: a world that resumes keeps them, as its tokens were signed with them. */
export async function ensurePki(layout: Layout): Promise<void> {
  const done = pkiFile(layout, "complete");
  if (existsSync(done)) return;
  for (const folder of [layout.pki, layout.kubeconfigs]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = await createAuthority("certfleet lab CA");
  const pem = await authorityPem(authority);
  writePair(layout, "ca", pem);
  write(layout.roots, pem.certificate, 0o644);
  writePair(layout, "server", await issue(authority, "certfleet lab", serverNames));
  writePair(layout, "edge", await issue(authority, "certfleet lab edge", Object.values(hosts)));
  writeServiceAccountKey(layout);
  writeIdentities(layout, pem.certificate);
  write(done, "");
}

/** The token in a kubeconfig of ours, for programs that take no kubeconfig. */
export function tokenOf(layout: Layout, name: string): string {
  const token = /^ {6}token: (\S+)$/m.exec(readFileSync(kubeconfigOf(layout, name), "utf8"))?.[1];
  if (!token)
    throw new Error(`${kubeconfigOf(layout, name)}: no token in it; remove the world with "npm run lab -- down"`);
  return token;
}
