import { generateKeyPairSync, sign } from "node:crypto";
import { hosts, type Answer, type EdgeControl } from "../../lab";

/** What is used of the file that Google gives for a service account's key. */
interface KeyFile {
  client_email: string;
  private_key: string;
  private_key_id: string;
  token_uri: string;
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");

/** Asks Google for an access token as a client with this key does (RFC 7523). */
export function askForAccessToken(edge: EdgeControl, key: string): Promise<Answer> {
  const {
    client_email: iss,
    private_key: privateKey,
    private_key_id: kid,
    token_uri: aud,
  } = JSON.parse(key) as KeyFile;
  const iat = Math.floor(Date.now() / 1000);
  const scope = "https://www.googleapis.com/auth/ndev.clouddns.readwrite";
  const signed = `${encode({ alg: "RS256", typ: "JWT", kid })}.${encode({ iss, aud, scope, iat, exp: iat + 600 })}`;
  const assertion = `${signed}.${sign("RSA-SHA256", Buffer.from(signed), privateKey).toString("base64url")}`;
  const form = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
  return edge.ask({ host: hosts.googleToken, path: "/token", method: "POST", form });
}

/** The same file with a private key that Google has never seen. */
export function keyNeverMade(key: string): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  return JSON.stringify({ ...(JSON.parse(key) as object), private_key: pem });
}
