// The library resolves its parts by decorators, and leaves loading their polyfill to its users.
import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY = 86_400_000;
const YEARS_10 = 3650 * DAY;

export interface Authority {
  certificate: x509.X509Certificate;
  keys: CryptoKeyPair;
}

export interface Pem {
  certificate: string;
  key: string;
}

const newKeys = (): Promise<CryptoKeyPair> => webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);

async function keyPem(keys: CryptoKeyPair): Promise<string> {
  const der = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return `${x509.PemConverter.encode(der, "PRIVATE KEY")}\n`;
}

/** Valid from an hour ago: machines that resume from sleep have their clocks wrong for a while. */
function terms(): { serialNumber: string; notBefore: Date; notAfter: Date; signingAlgorithm: typeof ALGORITHM } {
  const now = Date.now();
  return {
    // Of fixed length and positive: the first bit is 0, the first byte is not.
    serialNumber: `1${randomBytes(16).toString("hex").slice(1)}`,
    notBefore: new Date(now - DAY / 24),
    notAfter: new Date(now + YEARS_10),
    signingAlgorithm: ALGORITHM,
  };
}

export async function createAuthority(commonName: string): Promise<Authority> {
  const keys = await newKeys();
  const usage = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...terms(),
    name: `CN=${commonName}`,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(usage, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

const isAddress = (name: string): boolean => /^[\d.]+$/.test(name) || name.includes(":");

/** A certificate for servers and clients alike, as the lab's own parts are both. */
export async function issue(authority: Authority, commonName: string, names: readonly string[]): Promise<Pem> {
  const keys = await newKeys();
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const certificate = await x509.X509CertificateGenerator.create({
    ...terms(),
    subject: `CN=${commonName}`,
    issuer: authority.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isAddress(name) ? ("ip" as const) : ("dns" as const), value: name })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: await keyPem(keys) };
}

export async function authorityPem(authority: Authority): Promise<Pem> {
  return { certificate: `${authority.certificate.toString("pem")}\n`, key: await keyPem(authority.keys) };
}
