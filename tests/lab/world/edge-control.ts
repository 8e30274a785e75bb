import { request } from "node:http";

/** One API request that reached the edge; never with header values, which hold tokens. */
export interface ApiRequest {
  host: string;
  method: string;
  path: string;
  status: number;
}

export interface EdgeControl {
  get(path: string): Promise<{ status: number; body: string }>;
  /** All DNS records, by zone. */
  records(): Promise<unknown>;
  requests(): Promise<unknown>;
  /** Hosts that something in the world tried to reach and was refused. */
  refused(): Promise<unknown>;
}

/** The edge program's control, over its Unix socket: those are reachable from outside the network namespace. */
export function edgeControl(socketPath: string): EdgeControl {
  const get = (path: string): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const outgoing = request({ socketPath, path, timeout: 5000, agent: false }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error(`${path}: no answer within 5 s`)));
      outgoing.on("error", reject);
      outgoing.end();
    });
  const json = async (path: string): Promise<unknown> => {
    const { status, body } = await get(path);
    if (status !== 200) throw new Error(`edge ${path} answers ${status}: ${body.slice(0, 200)}`);
    return JSON.parse(body);
  };
  return {
    get,
    records: () => json("/records"),
    requests: () => json("/requests"),
    refused: () => json("/refused"),
  };
}
