import { request as httpRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { refused, unanswered } from "./failure";
import { describe, describeAll, kinds, pathOf, type Kind, type Place } from "./kinds";
import { defaultKubeconfig, readKubeconfig, type KubeConfig, type KubeconfigOptions } from "./kubeconfig";

/** An object of any kind, as the API server returns it. */
export interface StoredObject {
  apiVersion?: string;
  kind?: string;
  metadata: StoredMetadata;
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  [key: string]: unknown;
}

export interface StoredMetadata {
  name: string;
  namespace?: string;
  uid: string;
  generation?: number;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { kind: string; name: string; uid: string; controller?: boolean }[];
}

export interface Selection {
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** Names, labels and the like alone: what Secrets hold is better not read where nobody needs it. */
  metadataOnly?: boolean | undefined;
}

export interface LogSelection {
  container?: string | undefined;
  tailLines?: number | undefined;
  /** Of the container before its last restart. */
  previous?: boolean | undefined;
}

export interface ClusterOptions {
  /** Ends all that is under way. */
  signal?: AbortSignal | undefined;
  /** Bound of each request. */
  requestSeconds?: number;
}

/** Objects of one page of a list; the API server hands out the rest by a token. */
const pageSize = 500;

/** A cluster, reached with a kubeconfig. */
export class Cluster {
  readonly #config: KubeConfig;
  readonly #signal: AbortSignal | undefined;
  readonly #milliseconds: number;

  private constructor(config: KubeConfig, { signal, requestSeconds = 15 }: ClusterOptions) {
    this.#config = config;
    this.#signal = signal;
    this.#milliseconds = requestSeconds * 1000;
  }

  /** The cluster of a kubeconfig's text, in its current context. */
  static async of(kubeconfig: string, options: ClusterOptions & KubeconfigOptions = {}): Promise<Cluster> {
    return new Cluster(await readKubeconfig(kubeconfig, options), options);
  }

  /** The cluster that kubectl would ask. */
  static async current(options: ClusterOptions & { context?: string } = {}): Promise<Cluster> {
    return new Cluster(await defaultKubeconfig(options.context), options);
  }

  get server(): string {
    return this.#config.getCurrentCluster()!.server;
  }

  /** Name of the context in use. */
  get context(): string {
    return this.#config.getCurrentContext();
  }

  /** Release of the API server, such as v1.36.2. */
  async version(): Promise<string> {
    const answer = await this.#send("GET", "/version", "reading the cluster's version");
    return (JSON.parse(answer) as { gitVersion: string }).gitVersion;
  }

  /** The object, or undefined where there is none; also where its kind is not served. */
  async get<T extends StoredObject = StoredObject>(kind: Kind, place: Place): Promise<T | undefined> {
    const text = await this.#unlessMissing(this.#send("GET", pathOf(kind, place), `reading ${describe(kind, place)}`));
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  /** All objects that are selected, in all namespaces unless one is named; undefined where the kind is not served. */
  async list<T extends StoredObject = StoredObject>(kind: Kind, selection: Selection = {}): Promise<T[] | undefined> {
    const { namespace, labelSelector, fieldSelector, metadataOnly } = selection;
    const content = metadataOnly ? { accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1" } : {};
    const what = `listing ${describeAll(kind, { namespace })}`;
    const items: T[] = [];
    let token: string | undefined;
    do {
      const query = queryOf({ labelSelector, fieldSelector, limit: pageSize, continue: token });
      const text = await this.#unlessMissing(this.#send("GET", pathOf(kind, { namespace }) + query, what, content));
      if (text === undefined) return undefined;
      const page = JSON.parse(text) as { items: T[] | null; metadata: { continue?: string } };
      // An empty list of metadata alone has no items at all.
      items.push(...(page.items ?? []));
      token = page.metadata.continue;
    } while (token);
    return items;
  }

  /** Makes an object; with `dryRun` only asks whether it could be made. */
  async create<T extends StoredObject = StoredObject>(
    kind: Kind,
    object: NewObject,
    { dryRun = false }: { dryRun?: boolean } = {},
  ): Promise<T> {
    const { namespace, name } = object.metadata;
    const { apiVersion, kind: kindName } = kind;
    const body = JSON.stringify({ apiVersion, kind: kindName, ...object });
    const what = `making ${describe(kind, { namespace, name })}`;
    const path = pathOf(kind, { namespace }) + queryOf({ dryRun: dryRun ? "All" : undefined });
    return JSON.parse(await this.#send("POST", path, what, { body })) as T;
  }

  /** Merges into an object (RFC 7396). */
  patch<T extends StoredObject = StoredObject>(kind: Kind, place: Place, patch: object): Promise<T> {
    const body = JSON.stringify(patch);
    return this.#change<T>("PATCH", kind, place, pathOf(kind, place), {
      body,
      contentType: "application/merge-patch+json",
    });
  }

  /** Writes an object's status, and nothing else of it; refused as a conflict where somebody has written since it was read. */
  updateStatus<T extends StoredObject = StoredObject>(kind: Kind, place: Place, object: T): Promise<T> {
    return this.#change<T>("PUT", kind, place, `${pathOf(kind, place)}/status`, { body: JSON.stringify(object) });
  }

  async #change<T>(method: string, kind: Kind, place: Place, path: string, content: Content): Promise<T> {
    return JSON.parse(await this.#send(method, path, `changing ${describe(kind, place)}`, content)) as T;
  }

  /** Deletes an object; false if there is none. With `uid` only that one, not another of its name. */
  async delete(kind: Kind, place: Place, { uid }: { uid?: string } = {}): Promise<boolean> {
    const body = uid ? JSON.stringify({ preconditions: { uid } }) : undefined;
    const sent = this.#send("DELETE", pathOf(kind, place), `deleting ${describe(kind, place)}`, { body });
    return (await this.#unlessMissing(sent)) !== undefined;
  }

  /** What a container printed. */
  async podLog(place: Required<Place>, { container, tailLines, previous }: LogSelection = {}): Promise<string> {
    const query = queryOf({ container, tailLines, previous });
    return this.#send("GET", `${pathOf(kinds.pod, place)}/log${query}`, `reading the log of Pod ${place.name}`);
  }

  async #unlessMissing(sent: Promise<string>): Promise<string | undefined> {
    try {
      return await sent;
    } catch (error) {
      if ((error as { status?: unknown }).status === 404) return undefined;
      throw error;
    }
  }

  async #send(method: string, path: string, what: string, content: Content = {}): Promise<string> {
    const { server } = this;
    const bound = AbortSignal.timeout(this.#milliseconds);
    const signal = this.#signal ? AbortSignal.any([this.#signal, bound]) : bound;
    this.#signal?.throwIfAborted();
    try {
      const options: RequestOptions = { method, headers: headersOf(content) };
      await Promise.race([this.#config.applyToHTTPSOptions(options), untilAborted(signal)]);
      const { status, body } = await exchange(
        new URL(server.replace(/\/$/, "") + path),
        { ...options, signal },
        content,
      );
      if (status < 300) return body;
      throw refused(what, server, { status, ...statusOf(body) });
    } catch (error) {
      this.#signal?.throwIfAborted();
      if (error instanceof Error && "transient" in error) throw error;
      throw unanswered(what, server, bound.aborted ? bound.reason : withoutSnippet(error));
    }
  }
}

/** An object to make. */
export interface NewObject {
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [key: string]: unknown;
}

interface Content {
  body?: string | undefined;
  contentType?: string;
  accept?: string;
}

const json = "application/json";

const headersOf = ({ body, contentType = json, accept = json }: Content): Record<string, string> => ({
  accept,
  "user-agent": "certfleet",
  ...(body === undefined ? {} : { "content-type": contentType, "content-length": String(Buffer.byteLength(body)) }),
});

/** A credential plugin may hang as well. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

function exchange(url: URL, options: RequestOptions, { body }: Content): Promise<{ status: number; body: string }> {
  const send = url.protocol === "http:" ? httpRequest : httpsRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Kubernetes' own account of what it refused, if it is one. */
function statusOf(body: string): { reason?: string; message?: string } {
  try {
    const { reason, message } = JSON.parse(body) as { reason?: string; message?: string };
    return { ...(reason ? { reason } : {}), ...(message ? { message } : {}) };
  } catch {
    return {};
  }
}

/** A parser's error quotes what it read, which may be a credential plugin's token. */
const withoutSnippet = (error: unknown): unknown =>
  error instanceof SyntaxError ? new Error("the credential plugin's answer is no JSON") : error;

function queryOf(parameters: Record<string, string | number | boolean | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== false);
  if (given.length === 0) return "";
  return `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()}`;
}
