import { generateKeyPairSync, sign } from "node:crypto";

/** A value in DER (ITU-T X.690): tag, length, content. */
function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const digits = body.length.toString(16);
  const length = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}

const sequence = (...items: Buffer[]): Buffer => der(0x30, ...items);
const set = (...items: Buffer[]): Buffer => der(0x31, ...items);
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));

const extensionRequest = objectId("2a864886f70d01090e");
const subjectAltName = objectId("551d11");
const ecdsaWithSha256 = objectId("2a8648ce3d040302");

/**
 * A certificate signing request (PKCS#10, RFC 2986) for some dnsNames, as PEM. Its key is made for it and forgotten, so what is issued
 * is of no use to anybody.
 */
export function signingRequest(dnsNames: readonly string[]): string {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const names = sequence(...dnsNames.map((name) => der(0x82, Buffer.from(name, "ascii"))));
  const extensions = sequence(sequence(subjectAltName, der(0x04, names)));
  const info = sequence(
    der(0x02, Buffer.from([0])),
    sequence(),
    publicKey.export({ format: "der", type: "spki" }),
    der(0xa0, sequence(extensionRequest, set(extensions))),
  );
  const signature = sign("sha256", info, privateKey);
  const request = sequence(info, sequence(ecdsaWithSha256), der(0x03, Buffer.from([0]), signature));
  const lines = request.toString("base64").match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join("\n")}\n-----END CERTIFICATE REQUEST-----\n`;
}
