import { decode, encode, type Answer, type Packet } from "dns-packet";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { ResourceContext } from "../../../provider/resources/definition";
import { dnsReadiness } from "../../../provider/resources/dns-readiness";
import { askOverHttps, dnsServers } from "../../../provider/resources/dns-readiness/resolvers";
import { leadsThere } from "../../../provider/resources/dns-readiness/verdict";

const host = "shop.example.com";

/** What a name server holds, by name: "A 192.0.2.1". A name that is absent does not exist. */
type Records = Record<string, string[]>;

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const noSuchName = 3;

function answerTo(message: Buffer, records: Records): Buffer {
  const query = decode(message);
  const { name, type } = query.questions![0]!;
  const found = records[name];
  const answers = (found ?? [])
    .map((line) => line.split(" "))
    .filter(([kind]) => kind === type)
    .map(([, data]) => ({ type, name, ttl: 1, data }) as Answer);
  const packet: Packet = { type: "response", id: query.id, questions: query.questions, answers };
  return Buffer.from(encode({ ...packet, flags: found ? 0 : noSuchName }));
}

/** A name server of these records, as they are when it is asked; its address and port. */
async function nameServer(records: Records, onQuestion = (): void => undefined): Promise<string> {
  const socket = createSocket("udp4");
  socket.on("message", (message, { address, port }) => {
    onQuestion();
    socket.send(answerTo(message, records), port, address);
  });
  stops.push(() => socket.close());
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return `127.0.0.1:${socket.address().port}`;
}

/** The same by DNS over HTTPS, but for TLS. */
async function dohServer(records: Records, status = 200): Promise<string> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      response.writeHead(status, { "content-type": "application/dns-message" });
      response.end(answerTo(Buffer.concat(parts), records));
    });
  });
  stops.push(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/dns-query`;
}

const contextOf = (resolvers: string[], timeoutSeconds: number, signal?: AbortSignal): ResourceContext => ({
  config: { resolvers },
  signal: signal ?? new AbortController().signal,
  timeoutSeconds,
});

const wait = (addresses: string[], resolvers: string[], over: { name?: string; signal?: AbortSignal } = {}) =>
  dnsReadiness.create({ host: over.name ?? host, addresses }, contextOf(resolvers, 1, over.signal));

describe("DnsReadiness", () => {
  it("ends where every server leads to all of the addresses, IPv4 and IPv6", async () => {
    const records = { [host]: ["A 192.0.2.1", "AAAA 2001:db8::1"] };
    const servers = [await nameServer(records), await nameServer(records)];
    await expect(wait(["2001:DB8:0::1", "192.0.2.1"], servers)).resolves.toMatchObject({ id: host });
  });

  it("says in the end what each of the other servers says, what is expected, and what to do", async () => {
    const good = await nameServer({ [host]: ["A 192.0.2.1"] });
    const old = await nameServer({ [host]: ["A 192.0.2.9", "AAAA 2001:db8::9"] });
    const none = await nameServer({});
    const started = Date.now();
    await expect(wait(["192.0.2.1"], [good, old, none])).rejects.toThrow(
      [
        `"${host}" did not resolve to its Gateway within 1 seconds`,
        "expected: A 192.0.2.1",
        `${old}: A 192.0.2.9, AAAA 2001:db8::9`,
        `${none}: no address`,
        "fix: make the expected records",
      ].join("\n"),
    );
    expect(Date.now() - started).toBeGreaterThan(500);
  });

  it("goes on asking until a record is there, also one that leads to the hostname of a Gateway", async () => {
    const records: Records = { "lb.example.net": ["A 192.0.2.1", "A 192.0.2.2"] };
    let questions = 0;
    const server = await nameServer(records, () => {
      if (++questions === 5) records[host] = ["A 192.0.2.2"];
    });
    await dnsReadiness.create({ host, addresses: ["lb.example.net"] }, contextOf([server], 60));
    expect(questions).toBeGreaterThan(5);
  });

  it("asks below a wildcard for a name that has no record of its own", async () => {
    const server = await nameServer({ "certfleet-wildcard-check.apps.example.com": ["A 192.0.2.1"] });
    const name = "*.apps.example.com";
    await expect(wait(["192.0.2.1"], [server], { name })).resolves.toMatchObject({ id: name });
    await expect(wait(["192.0.2.2"], [server], { name })).rejects.toThrow(`"${name}" did not resolve to its Gateway`);
  });

  it("ends when the engine asks for it", async () => {
    const abort = new AbortController();
    const waiting = dnsReadiness.create(
      { host, addresses: ["192.0.2.1"] },
      contextOf([await nameServer({})], 3600, abort.signal),
    );
    abort.abort();
    await expect(waiting).rejects.toThrow("did not resolve to its Gateway");
  });
});

describe("a DNS server", () => {
  it("is asked over HTTPS as any other", async () => {
    const url = await dohServer({ [host]: ["A 192.0.2.1", "AAAA 2001:db8::1"] });
    expect(await askOverHttps(url, host, "A")).toEqual(["192.0.2.1"]);
    expect(await askOverHttps(url, host, "AAAA")).toEqual(["2001:db8::1"]);
    expect(await askOverHttps(url, "none.example.com", "A")).toEqual([]);
  });

  it("that does not answer is told by the reason", async () => {
    await expect(askOverHttps(await dohServer({}, 503), host, "A")).rejects.toThrow("does not answer (503");
    const closed = await dohServer({});
    stops.splice(0).forEach((stop) => stop());
    await expect(askOverHttps(closed, host, "A")).rejects.toThrow("does not answer (ECONNREFUSED)");
    const [unnamed] = dnsServers(["nowhere.invalid:53"]);
    await expect(unnamed!.resolve(host, "A")).rejects.toThrow("the host nowhere.invalid is not found");
  });

  it("is the system's where none is named", () => {
    expect(dnsServers(undefined).map(({ name }) => name)).toEqual(["the system's resolver"]);
  });
});

describe("leadsThere", () => {
  const of = (expected: string[], addresses: string[], ofHostnames: string[] = []) =>
    leadsThere(expected, { addresses, ofHostnames });

  it("asks for all addresses and no other", () => {
    expect(of(["192.0.2.1", "2001:db8::1"], ["2001:db8::1", "192.0.2.1"])).toBe(true);
    expect(of(["192.0.2.1", "192.0.2.2"], ["192.0.2.1"])).toBe(false);
    expect(of(["192.0.2.1"], ["192.0.2.1", "192.0.2.9"])).toBe(false);
    expect(of(["192.0.2.1"], ["192.0.2.1", "2001:db8::9"])).toBe(false);
    expect(of(["192.0.2.1"], [])).toBe(false);
  });

  it("takes some of a hostname's addresses", () => {
    expect(of(["lb.example.net"], ["192.0.2.2"], ["192.0.2.1", "192.0.2.2"])).toBe(true);
    expect(of(["lb.example.net"], ["192.0.2.9"], ["192.0.2.1"])).toBe(false);
    expect(of(["lb.example.net"], [], [])).toBe(false);
  });
});
