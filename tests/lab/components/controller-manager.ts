import { addresses } from "../world/layout";
import { kubeconfigOf, pkiFile } from "../world/pki";
import { answers, type Component, flags } from "./component";

export const controllerManager: Component = {
  name: "kube-controller-manager",
  address: "127.0.0.1:10257",
  needs: ["kube-apiserver"],
  argv: ({ layout, program }) => [
    program("hyperkube"),
    "kube-controller-manager",
    ...flags({
      kubeconfig: kubeconfigOf(layout, "controller-manager"),
      "bind-address": "127.0.0.1",
      "leader-elect": false,
      "service-account-private-key-file": pkiFile(layout, "sa.key"),
      "root-ca-file": pkiFile(layout, "ca.crt"),
      "cluster-signing-cert-file": pkiFile(layout, "ca.crt"),
      "cluster-signing-key-file": pkiFile(layout, "ca.key"),
      "use-service-account-credentials": true,
      "service-cluster-ip-range": addresses.services,
      // Pods must not be evicted because a busy machine was late with the node's heartbeat.
      "node-monitor-grace-period": "5m",
      "kube-api-qps": 200,
      "kube-api-burst": 400,
      profiling: false,
    }),
  ],
  health: (context) => answers(context, "https://127.0.0.1:10257/healthz", { insecure: true }),
  seconds: 90,
};
