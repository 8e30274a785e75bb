import { createServer } from "node:net";
import { connect } from "node:net";
import { join } from "node:path";
import { type ProcessTable, stopProcess } from "../host/processes";
import { HopelessError, waitFor } from "../host/wait";
import { daemonEnvironment } from "./environment";
import type { Layout } from "./layout";

export interface ForwardedPort {
  port: number;
  close(): Promise<void>;
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

/** A port of the host that leads to the load balancer's port 443; its process is one of the world's, and ends with it. */
export async function forwardPort(layout: Layout, table: ProcessTable, wanted: number): Promise<ForwardedPort> {
  // The same port again is the same forward, which an earlier run may have left for its user.
  const port = table.find(`forward-${wanted}`) ? wanted : await freePort(wanted);
  const name = `forward-${port}`;
  const record =
    table.find(name) ??
    table.start({
      name,
      argv: [process.execPath, join(__dirname, "..", "host", "forward.mjs"), String(port), layout.httpsSocket],
      environment: daemonEnvironment(layout),
      address: `127.0.0.1:${port} (host)`,
    });
  const probe = (): Promise<string | undefined> => {
    if (!table.find(name)) throw new HopelessError(`${name} ended:\n${table.lastWords(name)}`);
    return accepts(port);
  };
  await waitFor(`forwarded port ${port}`, probe, { seconds: 10, every: 50 });
  const close = async (): Promise<void> => {
    await stopProcess(record);
    table.remove(name);
  };
  return { port, close };
}
