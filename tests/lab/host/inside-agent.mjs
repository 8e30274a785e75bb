// @ts-check
// Runs inside a world and makes requests from there: reads one JSON request per line, writes one JSON answer per line.
// Plain JavaScript, because it is started by `node` itself, without the loader for TypeScript (it would cost half a second).
import { Buffer } from "node:buffer";
import { Resolver } from "node:dns/promises";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import process from "node:process";
import readline from "node:readline";

/** @param {Buffer} der */
const toPem = (der) =>
  `-----BEGIN CERTIFICATE-----\n${der
    .toString("base64")
    .replace(/(.{64})/g, "$1\n")
    .trimEnd()}\n-----END CERTIFICATE-----\n`;

/** @param {import("node:tls").DetailedPeerCertificate} first */
function chainOf(first) {
  const chain = [];
  for (let next = first; next?.raw && chain.length < 10; next = next.issuerCertificate) {
    chain.push(toPem(next.raw));
    if (next.issuerCertificate === next) break;
  }
  return chain;
}

/** @param {import("node:tls").TLSSocket} socket */
function peerOf(socket) {
  const certificate = socket.getPeerCertificate(true);
  if (!certificate?.raw) return undefined;
  return {
    subject: certificate.subject?.CN,
    issuer: certificate.issuer?.CN,
    dnsNames: (certificate.subjectaltname ?? "").split(", ").map((name) => name.replace(/^DNS:/, "")),
    notBefore: new Date(certificate.valid_from).toISOString(),
    notAfter: new Date(certificate.valid_to).toISOString(),
    authorized: socket.authorized,
    protocol: socket.getProtocol(),
    chain: chainOf(certificate),
  };
}

/** @param {any} request */
function fetchFrom(request) {
  const client = request.url.startsWith("https:") ? https : http;
  const { method, headers, ca, servername, timeout } = request;
  return new Promise((resolve, reject) => {
    const options = { method, headers, ca, servername, agent: false, rejectUnauthorized: !request.insecure };
    const outgoing = client.request(request.url, options, (response) => {
      // Once the body is read the socket is gone, and the certificate with it.
      const peer = "getPeerCertificate" in response.socket ? peerOf(/** @type {any} */ (response.socket)) : undefined;
      /** @type {Buffer[]} */
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const body = Buffer.concat(parts).toString("utf8");
        resolve({ status: response.statusCode, headers: response.headers, body, peer });
      });
    });
    outgoing.setTimeout(timeout, () => outgoing.destroy(new Error(`no answer within ${timeout} ms`)));
    outgoing.on("error", reject);
    outgoing.end(request.body);
  });
}

/** @param {any} request */
function connectTo({ host, port, timeout }) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, timeout });
    socket.once("connect", () => {
      resolve({ connected: true });
      socket.destroy();
    });
    socket.once("timeout", () => socket.destroy(new Error(`no answer within ${timeout} ms`)));
    socket.once("error", reject);
  });
}

/** @param {any} request */
async function resolveName({ name, type, server }) {
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  if (server) resolver.setServers([server]);
  return { records: await resolver.resolve(name, type) };
}

const handlers = { fetch: fetchFrom, connect: connectTo, resolve: resolveName };

readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const request = JSON.parse(line);
  /** @type {any} */
  let answer;
  try {
    answer = await handlers[/** @type {keyof typeof handlers} */ (request.kind)](request);
  } catch (error) {
    const { message, code } = /** @type {NodeJS.ErrnoException} */ (error);
    answer = { error: message || code || String(error), code };
  }
  process.stdout.write(`${JSON.stringify({ id: request.id, ...answer })}\n`);
});
process.stdin.on("end", () => process.exit(0));
