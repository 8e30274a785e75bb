import { lookup, Resolver } from "node:dns/promises";
import { isIP } from "node:net";

export type AddressType = "A" | "AAAA";

/** A recursive DNS server as it is asked. */
export interface DnsServer {
  /** As it is told to people. */
  name: string;
  /** None where the name does not exist or has none of that type; fails where the server does not answer. */
  resolve(host: string, type: AddressType): Promise<string[]>;
}

/** The DNS servers to ask: all that are named, by address and port or by the URL of a DoH server, else the system's. */
export const dnsServers = (named: readonly string[] | undefined): DnsServer[] =>
  named === undefined
    ? [{ name: "the system's resolver", resolve: (host, type) => askServer(undefined, host, type) }]
    : named.map((server) => ({
        name: server,
        resolve: (host, type) =>
          server.startsWith("https:") ? askOverHttps(server, host, type) : askServer(server, host, type),
      }));

const answerMilliseconds = 5000;

/** What the library says of a name that does not exist, and of one without records of the type. */
const empty = ["ENOTFOUND", "ENODATA"];

async function askServer(server: string | undefined, host: string, type: AddressType): Promise<string[]> {
  // A new one each time reads anew which servers the system has.
  const resolver = new Resolver({ timeout: answerMilliseconds, tries: 1 });
  try {
    if (server !== undefined) resolver.setServers([await withAddress(server)]);
    return await (type === "A" ? resolver.resolve4(host) : resolver.resolve6(host));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== undefined && empty.includes(code)) return [];
    throw new Error(`does not answer (${code ?? message})`, { cause: error });
  }
}

/** A server with the address of its host; the library takes no other. */
async function withAddress(server: string): Promise<string> {
  const [, host, port] = /^(.*):(\d+)$/.exec(server)!;
  if (host!.startsWith("[") || isIP(host!)) return server;
  const { address, family } = await lookup(host!).catch(() => {
    throw new Error(`the host ${host!} is not found`);
  });
  return family === 6 ? `[${address}]:${port!}` : `${address}:${port!}`;
}

/** DNS over HTTPS (RFC 8484). Also by http, for tests; configuration takes https only. */
export async function askOverHttps(url: string, host: string, type: AddressType): Promise<string[]> {
  const { decode, encode, RECURSION_DESIRED } = await import("dns-packet");
  const question = encode({ type: "query", id: 0, flags: RECURSION_DESIRED, questions: [{ type, name: host }] });
  const media = "application/dns-message";
  const request = { method: "POST", headers: { accept: media, "content-type": media }, body: new Uint8Array(question) };
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(answerMilliseconds) }).catch(
    (error: unknown) => {
      throw new Error(`does not answer (${reasonOf(error)})`);
    },
  );
  if (!response.ok) throw new Error(`does not answer (${response.status} ${response.statusText})`);
  const packet = decode(Buffer.from(await response.arrayBuffer()));
  const { rcode } = packet as { rcode?: string };
  if (rcode !== "NOERROR" && rcode !== "NXDOMAIN") throw new Error(`does not answer (${rcode ?? "no DNS message"})`);
  return (packet.answers ?? []).flatMap((answer) => (answer.type === type ? [String(answer.data)] : []));
}

/** What fetch says of a connection stands in the cause of its error. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return code ?? message;
}
