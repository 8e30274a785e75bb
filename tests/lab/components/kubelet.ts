import { addresses, apiserverUrl, nodeName, podBridge } from "../world/layout";
import { kubeconfigOf, pkiFile, tokenOf } from "../world/pki";
import { readFileSync } from "node:fs";
import { type Component, type ComponentContext, flags } from "./component";

/** Images that the node "has", each played by a program; matched by repository, without tag or digest. */
function images(context: ComponentContext): { images: { name: string; command: string[] }[] } {
  const certManager = ["controller", "webhook", "cainjector", "acmesolver", "startupapicheck"].map((part) => ({
    name: `quay.io/jetstack/cert-manager-${part}`,
    command: [context.program("cm"), part],
  }));
  return { images: [...certManager, { name: "nginxdemos/hello", command: [context.program("backend")] }] };
}

interface NodeObject {
  status?: { conditions?: { type: string; status: string; lastHeartbeatTime?: string; message?: string }[] };
}

async function nodeReady(context: ComponentContext): Promise<string | undefined> {
  const { status, body } = await context.inside.fetch({
    url: `${apiserverUrl}/api/v1/nodes/${nodeName}`,
    headers: { authorization: `Bearer ${tokenOf(context.layout, "admin")}` },
    ca: readFileSync(pkiFile(context.layout, "ca.crt"), "utf8"),
  });
  if (status !== 200) return `node ${nodeName} is not registered (${status})`;
  const ready = (JSON.parse(body) as NodeObject).status?.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "True" ? undefined : `node ${nodeName} is not Ready: ${ready?.message ?? "no condition"}`;
}

export const kubelet: Component = {
  name: "kubelet",
  address: addresses.services,
  needs: ["kube-apiserver"],
  files: (context) => ({ [context.layout.images]: `${JSON.stringify(images(context), undefined, 2)}\n` }),
  argv: ({ layout, program }) => [
    program("kubelet"),
    ...flags({
      kubeconfig: kubeconfigOf(layout, "kubelet"),
      node: nodeName,
      images: layout.images,
      root: layout.kubelet,
      bridge: podBridge,
      "pod-cidr": addresses.nodePods,
      "cluster-dns": addresses.clusterDns,
      "ca-bundle": layout.roots,
    }),
  ],
  health: nodeReady,
  seconds: 90,
  graceSeconds: 20,
};
