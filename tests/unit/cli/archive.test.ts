import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readBackup, writeBackup } from "../../../provider/cli/archive/file";
import { keptAdvice, restoreSecrets } from "../../../provider/cli/archive/restore";
import { collectSecrets, describeSecret, type SavedSecret } from "../../../provider/cli/archive/secrets";
import { createAuthority, issue } from "../../lab/world/certificates";
import { FakeCluster } from "./fake-cluster";

const encode = (text: string): string => Buffer.from(text).toString("base64");
const annotations = { "cert-manager.io/certificate-name": "tea", "cert-manager.io/issuer-name": "ca" };

const secret = (namespace: string, name: string, data: Record<string, string>, type = "Opaque") => ({
  apiVersion: "v1",
  kind: "Secret",
  type,
  metadata: { namespace, name, annotations, labels: { team: "tea" } },
  data,
});
const key = { "tls.key": encode("a private key") };
const pair = { "tls.crt": encode("a certificate"), ...key };
const certificate = (name: string) => ({
  metadata: { namespace: "cafe", name },
  spec: { secretName: `${name}-tls`, dnsNames: [`${name}.example.com`] },
});
const acmeIssuer = (name: string, namespace?: string) => ({
  metadata: { name, ...(namespace ? { namespace } : {}) },
  spec: { acme: { privateKeySecretRef: { name: `${name}-key` } } },
});

const cluster = (over: Record<string, object[]> = {}): FakeCluster =>
  new FakeCluster({
    clusterissuers: [acmeIssuer("staging"), { metadata: { name: "own" }, spec: { selfSigned: {} } }],
    issuers: [acmeIssuer("team", "cafe")],
    certificates: [certificate("tea")],
    secrets: [
      secret("tls", "staging-key", key),
      secret("cafe", "team-key", key),
      secret("cafe", "tea-tls", pair, "kubernetes.io/tls"),
      secret("cafe", "unrelated", { password: encode("x") }),
    ],
    namespaces: [{ metadata: { name: "cafe" } }],
    ...over,
  });

const names = (secrets: readonly SavedSecret[]): string[] =>
  secrets.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);

describe("collectSecrets", () => {
  it("finds account keys and certificates, and nothing else", async () => {
    const { secrets, missing } = await collectSecrets(cluster(), "tls");
    expect(names(secrets)).toEqual(["tls/staging-key", "cafe/team-key", "cafe/tea-tls"]);
    expect(missing).toEqual([]);
  });

  it("keeps what cert-manager knows its own by, and nothing of the cluster", async () => {
    const stored = secret("cafe", "tea-tls", pair, "kubernetes.io/tls");
    const metadata = {
      ...stored.metadata,
      annotations: { ...annotations, "kubectl.kubernetes.io/last-applied-configuration": "{}" },
      uid: "1",
      resourceVersion: "2",
      ownerReferences: [{ kind: "Certificate", name: "tea", uid: "3" }],
    };
    const given = cluster({ clusterissuers: [], issuers: [], secrets: [{ ...stored, metadata }] });
    expect((await collectSecrets(given, "tls")).secrets).toEqual([stored]);
  });

  it("says what has no key yet", async () => {
    const given = cluster({ secrets: [secret("tls", "staging-key", {}), secret("cafe", "team-key", key)] });
    expect((await collectSecrets(given, "tls")).missing).toEqual([
      "ClusterIssuer staging has no Secret tls/staging-key with a key yet",
      "Certificate cafe/tea has no Secret cafe/tea-tls with a key yet",
    ]);
  });

  it("takes a Secret that two share once", async () => {
    const given = cluster({ certificates: [certificate("tea"), certificate("tea")] });
    expect(names((await collectSecrets(given, "tls")).secrets)).toHaveLength(3);
  });

  it("refuses a cluster without cert-manager", async () => {
    await expect(collectSecrets(new FakeCluster({}), "tls")).rejects.toThrow(
      "the cluster has no clusterissuers: cert-manager is not installed there",
    );
  });
});

describe("describeSecret", () => {
  it("tells a certificate by its names, serial and end", async () => {
    const pem = await issue(await createAuthority("a CA"), "tea", ["tea.example.com", "coffee.example.com"]);
    const data = { "tls.crt": encode(pem.certificate), "tls.key": encode(pem.key) };
    const text = describeSecret(secret("cafe", "tea-tls", data) as SavedSecret);
    expect(text).toMatch(
      /^Secret cafe\/tea-tls: certificate of tea\.example\.com, coffee\.example\.com, serial [0-9A-F]+, valid until \d{4}-/,
    );
  });

  it("tells an account key", () => {
    expect(describeSecret(secret("tls", "k", key) as SavedSecret)).toBe("Secret tls/k: key of an ACME account");
  });
});

describe("restoreSecrets", () => {
  const saved = [secret("tls", "staging-key", key), secret("cafe", "tea-tls", pair)] as SavedSecret[];

  it("makes missing namespaces and Secrets, just as they were", async () => {
    const target = cluster({ secrets: [] });
    const { namespaces, results } = await restoreSecrets(target, saved);
    expect(namespaces).toEqual(["tls"]);
    expect(results.map(({ result }) => result)).toEqual(["restored", "restored"]);
    expect(target.objects.secrets).toMatchObject(saved.map(({ metadata, type, data }) => ({ metadata, type, data })));
    expect((await restoreSecrets(target, saved)).results.map(({ result }) => result)).toEqual([
      "unchanged",
      "unchanged",
    ]);
  });

  it("never overwrites", async () => {
    const other = secret("cafe", "tea-tls", { ...pair, "tls.key": encode("another") });
    const target = cluster({ secrets: [other] });
    const { results } = await restoreSecrets(target, saved);
    expect(results.map(({ result }) => result)).toEqual(["restored", "kept"]);
    expect(target.objects.secrets).toContainEqual(other);
    expect(keptAdvice([saved[1]!])).toContain("Secret cafe/tea-tls. To have the backup's, delete them");
  });
});

describe("a backup's file", () => {
  const passphrase = "correct horse battery staple";
  const saved = [secret("cafe", "tea-tls", pair, "kubernetes.io/tls")] as SavedSecret[];
  const never = (): Promise<string> => Promise.reject(new Error("asked for a passphrase"));
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "certfleet-backup-"));
    path = join(folder, "backup.json");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  describe("that is encrypted", () => {
    // Once for all: the key is meant to be dear.
    let sealed: Record<string, unknown>;
    beforeAll(async () => {
      const scratch = mkdtempSync(join(tmpdir(), "certfleet-backup-"));
      const file = join(scratch, "backup.json");
      await writeBackup(file, saved, { passphrase, force: false });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      sealed = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
      rmSync(scratch, { recursive: true });
    });
    const read = (file: Record<string, unknown>, given = passphrase): Promise<SavedSecret[]> => {
      writeFileSync(path, JSON.stringify(file));
      return readBackup(path, () => Promise.resolve(given));
    };

    it("holds nothing in the clear, and gives it back for the passphrase", async () => {
      expect(JSON.stringify(sealed)).not.toContain("tea");
      expect(JSON.stringify(sealed)).not.toContain(key["tls.key"]);
      expect(await read(sealed)).toEqual(saved);
    });

    it("refuses another passphrase, and data that were changed", async () => {
      const message = "the passphrase is wrong, or the file was changed";
      await expect(read(sealed, "another one")).rejects.toThrow(message);
      await expect(read({ ...sealed, data: encode("other") })).rejects.toThrow(message);
    });

    it("refuses a weaker key, and a part of it", async () => {
      const message = "the file is cut off, or was made by another version of certfleet";
      await expect(read({ ...sealed, kdf: { name: "scrypt", N: 2, r: 8, p: 1 } })).rejects.toThrow(message);
      await expect(read({ format: sealed.format })).rejects.toThrow(message);
    });
  });

  it("is a list for kubectl where it is not encrypted", async () => {
    await writeBackup(path, saved, { passphrase: undefined, force: false });
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ apiVersion: "v1", kind: "List", items: saved });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await readBackup(path, never)).toEqual(saved);
  });

  it("replaces another only when told to, and leaves no draft", async () => {
    writeFileSync(path, "precious", { mode: 0o644 });
    const write = (force: boolean) => writeBackup(path, saved, { passphrase: undefined, force });
    await expect(write(false)).rejects.toThrow(`${path} exists already; name another file, or give --force`);
    expect(readFileSync(path, "utf8")).toBe("precious");
    await write(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["backup.json"]);
  });

  it.each([
    ["no JSON", "tls.key: secret", "it is no JSON"],
    ["another list", '{"apiVersion":"v1","kind":"List","items":[{"kind":"Pod"}]}', "it holds no list of Secrets"],
  ])("refuses %s, and does not quote it", async (_name, text, message) => {
    writeFileSync(path, text);
    await expect(readBackup(path, never)).rejects.toThrow(`${path}: the file is no backup of certfleet's: ${message}`);
  });

  it("needs a passphrase from somewhere", () => {
    const main = join(__dirname, "..", "..", "..", "provider", "cli", "main.ts");
    const run = (): string =>
      execFileSync(process.execPath, ["--require", "tsx/cjs", main, "backup", path], {
        stdio: ["ignore", "pipe", "pipe"],
        encoding: "utf8",
        env: { PATH: process.env.PATH },
      });
    expect(run).toThrow("no passphrase: give --passphrase-file, or set CERTFLEET_PASSPHRASE");
  });
});
