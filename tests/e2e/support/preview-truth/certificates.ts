import { X509Certificate } from "node:crypto";
import type { World } from "../../../lab";

/** Serial numbers of certificates, by "namespace/name" of the Secrets that cert-manager keeps them in. */
export type Serials = Map<string, string>;

interface Secret {
  metadata: { namespace: string; name: string; annotations?: Record<string, string> };
  data: { "tls.crt": string };
}

export async function takeSerials(world: World): Promise<Serials> {
  const list = await world.kubectl(["get", "secrets", "-A", "--field-selector=type=kubernetes.io/tls", "-o", "json"]);
  const { items } = JSON.parse(list) as { items: Secret[] };
  return new Map(items.filter(isIssued).map((secret) => [placeOf(secret), serialOf(secret)]));
}

const isIssued = ({ metadata }: Secret): boolean =>
  metadata.annotations?.["cert-manager.io/certificate-name"] !== undefined;

const placeOf = ({ metadata: { namespace, name } }: Secret): string => `${namespace}/${name}`;
const serialOf = ({ data }: Secret): string => new X509Certificate(Buffer.from(data["tls.crt"], "base64")).serialNumber;

/** "issue cafe/shop-example-com-tls" where the serial is another, or the first, and "delete" where the Secret is gone. */
export function certificateChanges(before: Serials, after: Serials): string[] {
  const places = [...new Set([...before.keys(), ...after.keys()])].sort();
  return places.flatMap((place) => {
    if (!after.has(place)) return [`delete ${place}`];
    return before.get(place) === after.get(place) ? [] : [`issue ${place}`];
  });
}
