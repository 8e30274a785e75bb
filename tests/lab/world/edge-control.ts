import { request } from "node:http";
import type { Fault } from "./edge-faults";

/** One API request that reached the edge; never with header values, which hold tokens. */
export interface ApiRequest {
  host: string;
  method: string;
  path: string;
  /** 0 where the connection ended without an answer. */
  status: number;
}

/** A DNS record, whichever API wrote it. */
export interface DnsRecord {
  name: string;
  type: string;
  content: string;
  ttl: number;
}

/** What the Google emulators know; never private keys or access tokens. */
export interface GoogleState {
  serviceAccounts: { email: string; uniqueId: string; displayName?: string; disabled?: boolean }[];
  keys: { name: string; validAfterTime: string }[];
  roles: { name: string; includedPermissions?: string[]; deleted?: boolean }[];
  /** By resource, such as `projects/lab-project` or `projects/lab-project/managedZones/example-org`. */
  policies: Record<string, { etag: string; bindings?: { role: string; members: string[] }[] }>;
  /** Permissions that requests lacked. Cloud DNS itself says no more than "Forbidden". */
  denials: { principal: string; permission: string; resource: string }[];
}

export interface CloudflareToken {
  id: string;
  name: string;
  status: "active" | "disabled" | "expired";
  issued_on: string;
  expires_on?: string;
  policies: { effect: string; resources: Record<string, unknown>; permission_groups: { id: string; name: string }[] }[];
}

export interface Answer {
  status: number;
  body: string;
}

/** A request to one of the API hosts. */
export interface HostRequest {
  host: string;
  path: string;
  method?: string;
  /** Goes into the Authorization header. */
  token?: string;
  json?: unknown;
  /** A form's fields, instead of JSON. */
  form?: Record<string, string>;
}

export interface EdgeControl {
  get(path: string): Promise<Answer>;
  /** All DNS records, by zone. */
  records(): Promise<Record<string, DnsRecord[]>>;
  requests(): Promise<ApiRequest[]>;
  /** Hosts that something in the world tried to reach and was refused. */
  refused(): Promise<unknown>;
  google(): Promise<GoogleState>;
  /** The DNS names of Cloud DNS's managed zones, by their names. */
  managedZones(): Promise<Record<string, string>>;
  cloudflareTokens(): Promise<{ user: CloudflareToken[]; account: CloudflareToken[] }>;
  /** Adds faults to those that hold. */
  setFaults(faults: readonly Fault[]): Promise<void>;
  clearFaults(): Promise<void>;
  /** Those that still hold; `times` is what is left. */
  faults(): Promise<Fault[]>;
  /**
   * Asks an API host as somebody in the world would, but past the faults and the log of requests: for what a test
   * prepares or looks at, not for what it is about.
   */
  ask(request: HostRequest): Promise<Answer>;
  /** The same where only success will do; the answer's JSON. */
  askJson<T>(request: HostRequest): Promise<T>;
}

interface Outgoing {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

function send(socketPath: string, { path, method = "GET", headers = {}, body = "" }: Outgoing): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path, method, headers, timeout: 5000, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (more: string) => (text += more));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`${path}: no answer within 5 s`)));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function successful(what: string, answer: Promise<Answer>): Promise<string> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`edge ${what} answers ${status}: ${body.slice(0, 500)}`);
  return body;
}

function askHost(socketPath: string, { host, path, method, token, ...content }: HostRequest): Promise<Answer> {
  const { type, body } = bodyOf(content);
  const headers: Record<string, string> = {
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...(type === undefined ? {} : { "Content-Type": type }),
  };
  return send(socketPath, { path: `/hosts/${host}${path}`, method, headers, body });
}

function bodyOf({ json, form }: Pick<HostRequest, "json" | "form">): { type?: string; body?: string } {
  if (form) return { type: "application/x-www-form-urlencoded", body: new URLSearchParams(form).toString() };
  return json === undefined ? {} : { type: "application/json", body: JSON.stringify(json) };
}

/** The edge program's control, over its Unix socket: those are reachable from outside the network namespace. */
export function edgeControl(socketPath: string): EdgeControl {
  const get = (path: string): Promise<Answer> => send(socketPath, { path });
  const json = async <T>(path: string): Promise<T> => JSON.parse(await successful(path, get(path))) as T;
  const faults = async (method: string, body?: string): Promise<void> => {
    await successful(`${method} /faults`, send(socketPath, { path: "/faults", method, body }));
  };
  const ask = (asked: HostRequest): Promise<Answer> => askHost(socketPath, asked);
  return {
    get,
    records: () => json("/records"),
    requests: () => json("/requests"),
    refused: () => json("/refused"),
    google: () => json("/google"),
    managedZones: () => json("/managedzones"),
    cloudflareTokens: () => json("/cloudflare"),
    setFaults: (list) => faults("POST", JSON.stringify(list)),
    clearFaults: () => faults("DELETE"),
    faults: () => json("/faults"),
    ask,
    askJson: async <T>(asked: HostRequest) =>
      JSON.parse(await successful(`${asked.method ?? "GET"} ${asked.host}${asked.path}`, ask(asked))) as T,
  };
}
