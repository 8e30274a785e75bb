import { childrenOf, environmentVariable, memoryOf } from "./memory";
import { readObject, type ReadContext } from "./objects";
import type { ProcessStatus } from "./status";

interface ContainerStatus {
  name: string;
  ready: boolean;
  restartCount: number;
  state?: {
    running?: { startedAt: string };
    waiting?: { reason?: string; message?: string };
    terminated?: { reason?: string; exitCode: number };
  };
}

export interface Pod {
  metadata: { name: string; namespace: string };
  status?: {
    phase?: string;
    podIP?: string;
    conditions?: { type: string; status: string; message?: string }[];
    containerStatuses?: ContainerStatus[];
  };
}

export async function listPods(context: ReadContext, namespace?: string): Promise<Pod[]> {
  const path = namespace ? `/api/v1/namespaces/${namespace}/pods` : "/api/v1/pods";
  return ((await readObject(context, path)) as { items?: Pod[] } | undefined)?.items ?? [];
}

/** "ok" for a pod that serves or is done, else the first reason that it gives. */
export function podHealth({ status }: Pod): string {
  if (status?.phase === "Succeeded") return "ok";
  const containers = status?.containerStatuses ?? [];
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status === "True") return "ok";
  const stuck = containers.map(({ state }) => state?.waiting ?? state?.terminated).find((state) => state !== undefined);
  const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
  const words = [stuck?.reason, stuck && "message" in stuck ? stuck.message : undefined].filter(Boolean).join(": ");
  const reason = words || (scheduled?.status === "False" && scheduled.message) || ready?.message || "not Ready";
  return `${status?.phase ?? "Unknown"}: ${reason}`;
}

/** The processes of the kubelet's pods by the pod's name, which is their host name. */
function processesByPod(kubelet: number | undefined): Map<string, number[]> {
  const byPod = new Map<string, number[]>();
  for (const pid of kubelet === undefined ? [] : childrenOf(kubelet)) {
    const name = environmentVariable(pid, "HOSTNAME") ?? "";
    byPod.set(name, [...(byPod.get(name) ?? []), pid]);
  }
  return byPod;
}

function describePod(pod: Pod, pids: readonly number[]): ProcessStatus {
  const started = pod.status?.containerStatuses?.[0]?.state?.running?.startedAt;
  return {
    name: `${pod.metadata.namespace}/${pod.metadata.name}`,
    address: pod.status?.podIP ?? "",
    pid: pids[0],
    memory: pids.length > 0 ? pids.reduce((sum, pid) => sum + (memoryOf(pid) ?? 0), 0) : undefined,
    health: podHealth(pod),
    uptimeSeconds: started ? Math.round((Date.now() - Date.parse(started)) / 1000) : undefined,
  };
}

export async function podStatuses(context: ReadContext, kubelet: number | undefined): Promise<ProcessStatus[]> {
  const byPod = processesByPod(kubelet);
  const pods = await listPods(context);
  return pods
    .filter(({ status }) => status?.phase !== "Succeeded")
    .map((pod) => describePod(pod, byPod.get(pod.metadata.name) ?? []));
}
