/** A secret as it would stand in clear, and in base64: whole or, of a service account's key, what is the same in no other key. */
export function textsOf(secret: string): [string, string] {
  const data = Buffer.from(secret).toString("base64");
  if (!secret.startsWith("{")) return [secret, data];
  const { private_key: key } = JSON.parse(secret) as { private_key: string };
  return [key.split("\n")[5]!, data.slice(800, 860)];
}
