// @ts-check
// Leads a TCP port, of the host or of the world that it runs in, to a Unix socket of a world: node forward.mjs PORT SOCKET
import net from "node:net";
import process from "node:process";

const [port, socketPath] = process.argv.slice(2);

const server = net.createServer((client) => {
  const target = net.connect(String(socketPath));
  client.pipe(target).pipe(client);
  // Either end may go at any time; the other one has no use for what is left then.
  client.on("error", () => target.destroy());
  target.on("error", () => client.destroy());
});
server.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
// Loopback only: the lab is nobody else's business.
server.listen(Number(port), "127.0.0.1");
