import { components } from "../components";
import { type ProcessRecord, type ProcessTable, stopProcess } from "../host/processes";
import { findStrays } from "../host/strays";

export const ANCHOR = "namespace";

/** What others need to end in good order goes last: the API server, its store, the namespaces themselves. */
const LAST = ["kube-apiserver", "etcd", ANCHOR];

/** The cluster, without the outside world around it. */
export const CLUSTER = ["traefik", "kubelet", "kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd"];

export function stopOrder(names: readonly string[]): string[][] {
  const first = names.filter((name) => !LAST.includes(name));
  return [first, ...LAST.filter((name) => names.includes(name)).map((name) => [name])];
}

const grace = (name: string): number | undefined => components.find((entry) => entry.name === name)?.graceSeconds;

/** Ends the named processes of a world, in order. */
export async function stopNamed(table: ProcessTable, names: readonly string[]): Promise<void> {
  for (const wave of stopOrder(names)) {
    const records = wave.map((name) => table.find(name)).filter((record): record is ProcessRecord => !!record);
    await Promise.all(records.map((record) => stopProcess(record, grace(record.name))));
    for (const name of wave) table.remove(name);
  }
}

/** Ends what belongs to a world but is on no record. */
export async function stopStrays(table: ProcessTable, folder: string): Promise<number> {
  const known = new Set(table.all().flatMap((record) => (table.find(record.name) ? [record.pid] : [])));
  const strays = findStrays(folder, known);
  await Promise.all(strays.map((id) => stopProcess(id, 3)));
  return strays.length;
}
