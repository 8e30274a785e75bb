import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** Stands between the plugin and its engine, knows when they talk, and can cut them off as a killed engine does. */
export class Relay {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #greeted = false;

  private constructor(target: string) {
    const [host, port] = target.split(":") as [string, string];
    this.#server = createServer((near) => {
      const far = connect(Number(port), host);
      let answered = false;
      far.on("data", () => (answered = true));
      // What comes after the engine's first words acknowledges them: from then on the plugin knows that it is connected.
      near.on("data", () => (this.#greeted ||= answered));
      near.pipe(far);
      far.pipe(near);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("error", () => undefined);
      }
    });
  }

  static async to(target: string): Promise<Relay> {
    const relay = new Relay(target);
    await new Promise<void>((resolve) => relay.#server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get greeted(): boolean {
    return this.#greeted;
  }

  cut(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
