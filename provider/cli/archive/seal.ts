import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { z } from "zod";

/** How the key is made of the passphrase: 128 MB of memory and about half a second for each guess. */
const kdf = { name: "scrypt", N: 2 ** 17, r: 8, p: 1 } as const;
const cipher = "aes-256-gcm";

const header = z.strictObject({
  format: z.literal("certfleet backup"),
  version: z.literal(1),
  kdf: z.strictObject({ name: z.literal(kdf.name), N: z.literal(kdf.N), r: z.literal(kdf.r), p: z.literal(kdf.p) }),
  cipher: z.literal(cipher),
  salt: z.base64(),
  iv: z.base64(),
});
const sealedFile = header.extend({ tag: z.base64(), data: z.base64() });

type Header = z.output<typeof header>;
export type SealedFile = z.output<typeof sealedFile>;

type Scrypt = (
  passphrase: string,
  salt: Buffer,
  length: number,
  options: { N: number; r: number; p: number; maxmem: number },
) => Promise<Buffer>;

function deriveKey(passphrase: string, salt: string): Promise<Buffer> {
  const { N, r, p } = kdf;
  const derive = promisify(scrypt) as unknown as Scrypt;
  // Node allows 32 MB unless told otherwise; twice what is needed leaves room for its own.
  return derive(passphrase.normalize("NFC"), Buffer.from(salt, "base64"), 32, { N, r, p, maxmem: 2 * 128 * N * r });
}

/** The header is authenticated with the data, so that nobody can weaken it unseen. */
const associated = (head: Header): Buffer => Buffer.from(JSON.stringify(header.parse(head)));

/** Encrypts with a passphrase: scrypt, then AES-256-GCM. */
export async function seal(text: string, passphrase: string): Promise<SealedFile> {
  const [salt, iv] = [randomBytes(16).toString("base64"), randomBytes(12).toString("base64")];
  const head: Header = { format: "certfleet backup", version: 1, kdf, cipher, salt, iv };
  const encrypt = createCipheriv(cipher, await deriveKey(passphrase, salt), Buffer.from(iv, "base64"));
  encrypt.setAAD(associated(head));
  const data = Buffer.concat([encrypt.update(text, "utf8"), encrypt.final()]).toString("base64");
  return { ...head, tag: encrypt.getAuthTag().toString("base64"), data };
}

/** Whether a file says of itself that it is one of these, be it well-formed or not. */
export const isSealed = (file: unknown): boolean =>
  (file as { format?: unknown } | null)?.format === "certfleet backup";

export async function unseal(file: unknown, passphrase: string): Promise<string> {
  const parsed = sealedFile.safeParse(file);
  if (!parsed.success) throw new Error("the file is cut off, or was made by another version of certfleet");
  const { tag, data, ...head } = parsed.data;
  const key = await deriveKey(passphrase, head.salt);
  const decrypt = createDecipheriv(cipher, key, Buffer.from(head.iv, "base64"), { authTagLength: 16 });
  decrypt.setAAD(associated(head)).setAuthTag(Buffer.from(tag, "base64"));
  try {
    return Buffer.concat([decrypt.update(Buffer.from(data, "base64")), decrypt.final()]).toString("utf8");
  } catch {
    throw new Error("the passphrase is wrong, or the file was changed");
  }
}
