import * as grpc from "@grpc/grpc-js";

const { READY, TRANSIENT_FAILURE } = grpc.connectivityState;

/**
 * Ends the plugin once the engine that started it is gone. An engine that is killed cannot end its plugins, and without this each would
 * stay for ever. Nothing is watched before the first connection, so an address at which nobody listens yet ends nothing.
 */
export function endWithEngine(address: string): void {
  const channel = new grpc.Channel(address, grpc.credentials.createInsecure(), {
    // Never idle: an idle channel does not notice that its other side has ended.
    "grpc.client_idle_timeout_ms": 2 ** 31 - 1,
  });
  let connected = false;
  const watch = (state: grpc.connectivityState): void => {
    connected ||= state === READY;
    if (connected && state === TRANSIENT_FAILURE) process.exit(0);
    channel.watchConnectivityState(state, Infinity, () => watch(channel.getConnectivityState(true)));
  };
  watch(channel.getConnectivityState(true));
}
