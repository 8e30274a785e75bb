import { kubeconfigOf } from "../world/pki";
import { answers, type Component, flags } from "./component";

export const scheduler: Component = {
  name: "kube-scheduler",
  address: "127.0.0.1:10259",
  needs: ["kube-apiserver"],
  argv: ({ layout, program }) => {
    const kubeconfig = kubeconfigOf(layout, "scheduler");
    return [
      program("hyperkube"),
      "kube-scheduler",
      ...flags({
        kubeconfig,
        "authentication-kubeconfig": kubeconfig,
        "authorization-kubeconfig": kubeconfig,
        "bind-address": "127.0.0.1",
        "leader-elect": false,
        profiling: false,
      }),
    ];
  },
  health: (context) => answers(context, "https://127.0.0.1:10259/healthz", { insecure: true }),
  seconds: 90,
};
