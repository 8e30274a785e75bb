import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { join } from "node:path";
import { root, version } from "../version";
import { deferUnusedModules } from "./deferred-modules";
import { endWithEngine } from "./engine-watch";
import { Operations } from "./operations";
import type { Registry } from "./registry";
import { service } from "./service";

/** As in the SDK: a state of thousands of resources is one message. */
const maxMessageBytes = 400 * 1024 * 1024;

/** Serves the engine that started the plugin, and says on which port. */
export async function serve(registry: Registry, argv: readonly string[]): Promise<void> {
  const operations = new Operations();
  failOnUncaught(operations);
  deferUnusedModules();
  const engineAddress = engineAddressOf(argv);
  const session = { version, schema: join(root, "schema.json"), registry, operations, engineAddress, config: {} };
  const server = new grpc.Server({ "grpc.max_receive_message_length": maxMessageBytes });
  server.addService(ResourceProviderService, service(session));
  const port = await bind(server);
  // The only line on stdout: the engine reads the port from it.
  process.stdout.write(`${port}\n`);
  if (engineAddress) endWithEngine(engineAddress);
}

function bind(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

/** The engine's flags for logging and tracing stand before the address at which it listens. */
export function engineAddressOf(argv: readonly string[]): string | undefined {
  const tracing = argv.indexOf("--tracing");
  const rest = argv.filter((_arg, index) => tracing < 0 || (index !== tracing && index !== tracing + 1));
  return rest.find((arg) => !arg.startsWith("-"));
}

/** An error that no call waits for, as in an `apply`, fails the calls under way instead of leaving the engine to wait for ever. */
function failOnUncaught(operations: Operations): void {
  const fail = (error: unknown): void => {
    if (!operations.failAll(error)) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
}
