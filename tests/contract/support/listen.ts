import * as grpc from "@grpc/grpc-js";

export interface Listening {
  address: string;
  stop(): void;
}

/** Serves a gRPC service on a free port of the loopback interface. What is left out answers UNIMPLEMENTED. */
export function listen(service: grpc.ServiceDefinition, implementation: Record<string, unknown>): Promise<Listening> {
  const server = new grpc.Server();
  server.addService(service, implementation as grpc.UntypedServiceImplementation);
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve({ address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() });
    });
  });
}
