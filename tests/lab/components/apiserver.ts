import { readFileSync } from "node:fs";
import { addresses, apiserverUrl } from "../world/layout";
import { pkiFile } from "../world/pki";
import { answers, type Component, flags } from "./component";

export const apiserver: Component = {
  name: "kube-apiserver",
  address: `${addresses.apiserver}:${addresses.apiserverPort}`,
  needs: ["etcd", "pki"],
  argv: ({ layout, program }) => [
    program("hyperkube"),
    "kube-apiserver",
    ...flags({
      "etcd-servers": `http://${addresses.etcd}`,
      "bind-address": "0.0.0.0",
      // The address behind the Service "kubernetes"; EndpointSlices refuse loopback ones.
      "advertise-address": addresses.apiserver,
      "secure-port": addresses.apiserverPort,
      "tls-cert-file": pkiFile(layout, "server.crt"),
      "tls-private-key-file": pkiFile(layout, "server.key"),
      "client-ca-file": pkiFile(layout, "ca.crt"),
      "service-account-key-file": pkiFile(layout, "sa.pub"),
      "service-account-signing-key-file": pkiFile(layout, "sa.key"),
      "service-account-issuer": "https://kubernetes.default.svc",
      "token-auth-file": pkiFile(layout, "tokens.csv"),
      "authorization-mode": "RBAC",
      "allow-privileged": true,
      "service-cluster-ip-range": addresses.services,
      // Webhooks are dialled at their pods, so they answer before the service proxy knows them.
      "enable-aggregator-routing": true,
      "enable-priority-and-fairness": false,
      profiling: false,
    }),
  ],
  health: (context) =>
    answers(context, `${apiserverUrl}/readyz`, { ca: readFileSync(pkiFile(context.layout, "ca.crt"), "utf8") }),
  seconds: 120,
  graceSeconds: 15,
};
