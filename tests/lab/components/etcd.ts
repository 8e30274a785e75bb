import { addresses } from "../world/layout";
import { answers, type Component, flags } from "./component";

const client = `http://${addresses.etcd}`;
const peer = "http://127.0.0.1:2380";

export const etcd: Component = {
  name: "etcd",
  address: addresses.etcd,
  needs: ["namespace"],
  argv: ({ layout, program }) => [
    program("etcd"),
    ...flags({
      name: "default",
      "data-dir": layout.etcdData,
      "listen-client-urls": client,
      "advertise-client-urls": client,
      "listen-peer-urls": peer,
      "initial-advertise-peer-urls": peer,
      "initial-cluster": `default=${peer}`,
      // A world may lose its last seconds in a power cut; waiting for the disk costs every write of every test.
      "unsafe-no-fsync": true,
      "log-level": "warn",
    }),
  ],
  health: (context) => answers(context, `${client}/health`),
  seconds: 60,
};
