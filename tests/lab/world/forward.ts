import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import type { Inside } from "../host/inside";
import { enterArguments, type Namespace } from "../host/namespace";
import { type ProcessTable, stopProcess } from "../host/processes";
import { HopelessError, waitFor } from "../host/wait";
import { daemonEnvironment } from "./environment";
import { apiserverUrl, type Layout } from "./layout";
import { pkiFile } from "./pki";

export interface ForwardedPort {
  port: number;
  close(): Promise<void>;
}

export interface ForwardedCluster {
  /** An admin's kubeconfig of the other world's cluster, for programs inside this world. */
  kubeconfig: string;
  close(): Promise<void>;
}

interface Forward {
  name: string;
  argv: readonly string[];
  address: string;
  /** Undefined once it works, else what is missing. */
  probe(): Promise<string | undefined>;
}

const forwardCommand = (port: number, socket: string): string[] => [
  process.execPath,
  join(__dirname, "..", "host", "forward.mjs"),
  String(port),
  socket,
];

/** A process of the world, so that it ends with it, however that ends; one that runs already is taken as it is. */
async function keepForward(layout: Layout, table: ProcessTable, forward: Forward): Promise<() => Promise<void>> {
  const { name, argv, address } = forward;
  const record = table.find(name) ?? table.start({ name, argv, environment: daemonEnvironment(layout), address });
  const probe = (): Promise<string | undefined> => {
    if (!table.find(name)) throw new HopelessError(`${name} ended:\n${table.lastWords(name)}`);
    return forward.probe();
  };
  await waitFor(`${name} (${address})`, probe, { seconds: 10, every: 50 });
  return async () => {
    await stopProcess(record);
    table.remove(name);
  };
}

/** Takes the port for a moment, since a detached process can tell nobody that it is in use. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = `port ${wanted} on 127.0.0.1: in use already; choose another one, or 0 for any`;
      reject(error.code === "EADDRINUSE" ? new Error(taken) : error);
    });
    server.listen(wanted, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function accepts(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once("error", (error) => resolve(error.message));
  });
}

/** A port of the host that leads to the load balancer's port 443. */
export async function forwardPort(layout: Layout, table: ProcessTable, wanted: number): Promise<ForwardedPort> {
  // The same port again is the same forward, which an earlier run may have left for its user.
  const port = table.find(`forward-${wanted}`) ? wanted : await freePort(wanted);
  const close = await keepForward(layout, table, {
    name: `forward-${port}`,
    argv: forwardCommand(port, layout.httpsSocket),
    address: `127.0.0.1:${port} (host)`,
    probe: () => accepts(port),
  });
  return { port, close };
}

/** The world that reaches out. */
interface From {
  layout: Layout;
  table: ProcessTable;
  namespace: Namespace;
  inside: Inside;
}

/** The world whose cluster is reached. */
interface To {
  name: string;
  layout: Layout;
}

/** A port of 127.0.0.1 inside one world that leads to the API server of another, whose certificate names that address. */
export async function forwardCluster(from: From, to: To, port: number): Promise<ForwardedCluster> {
  const url = `https://127.0.0.1:${port}`;
  const ca = readFileSync(pkiFile(to.layout, "ca.crt"), "utf8");
  const close = await keepForward(from.layout, from.table, {
    name: `cluster-${to.name}-${port}`,
    argv: enterArguments(from.namespace, forwardCommand(port, to.layout.apiserverSocket), from.layout.folder),
    address: `127.0.0.1:${port}`,
    probe: async () => {
      const { status } = await from.inside.fetch({ url: `${url}/readyz`, ca });
      return status === 200 ? undefined : `${url}/readyz answers ${status}`;
    },
  });
  return { kubeconfig: readFileSync(to.layout.kubeconfig, "utf8").replace(apiserverUrl, url), close };
}
