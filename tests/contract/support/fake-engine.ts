import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { GetRootResourceResponse, type LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { listen, type Listening } from "./listen";

export const stackUrn = "urn:pulumi:test::shop::pulumi:pulumi:Stack::shop-test";

/** The side of the engine that a plugin logs to. */
export class FakeEngine {
  readonly messages: string[] = [];
  /** The URNs that these are about. */
  readonly subjects: string[] = [];
  #server: Listening | undefined;

  get address(): string {
    return this.#server!.address;
  }

  async start(): Promise<this> {
    this.#server = await listen(EngineService, {
      log: (call: { request: LogRequest }, callback: grpc.sendUnaryData<Empty>) => {
        this.messages.push(call.request.getMessage());
        this.subjects.push(call.request.getUrn());
        callback(null, new Empty());
      },
      getRootResource: (_call: unknown, callback: grpc.sendUnaryData<GetRootResourceResponse>) => {
        callback(null, new GetRootResourceResponse().setUrn(stackUrn));
      },
    });
    return this;
  }

  stop(): void {
    this.#server?.stop();
  }
}
