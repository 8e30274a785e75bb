import type { Place } from "../kubernetes/kinds";

/** cert-manager shortens a Certificate's name to so much where it derives an Order's or a Challenge's from it. */
const keptLength = 50;

/** What the names of all that cert-manager makes for an object begin with; kubectl describes all that does. */
const prefixOf = (name: string): string => `${name}-`.slice(0, keptLength);

const describeAll = (kinds: readonly string[], prefix: string, namespace: string | undefined): string[] =>
  kinds.map((kind) => `kubectl describe ${kind} ${prefix} --namespace ${namespace}`);

const below = ["orders", "challenges"];

/** What shows why an object is not ready, ready to be run; by kind. */
export const commandsFor = {
  Certificate: ({ namespace, name }: Place): string[] => [
    `npx certfleet status --namespace ${namespace} ${name}`,
    `kubectl describe certificate ${name} --namespace ${namespace}`,
    ...describeAll(["certificaterequests", ...below], prefixOf(name), namespace),
  ],
  CertificateRequest: ({ namespace, name }: Place): string[] => [
    `kubectl describe certificaterequest ${name} --namespace ${namespace}`,
    ...describeAll(below, prefixOf(name), namespace),
  ],
  ClusterIssuer: ({ name }: Place): string[] => [
    "npx certfleet status --all",
    `kubectl describe clusterissuer ${name}`,
  ],
  Gateway: ({ namespace, name }: Place): string[] => [
    `kubectl describe gateway ${name} --namespace ${namespace}`,
    "kubectl get gatewayclasses",
  ],
  Release: ({ namespace, name }: Place): string[] => [
    `kubectl get pods,jobs,events --namespace ${namespace}`,
    `kubectl describe pods --namespace ${namespace} --selector app.kubernetes.io/instance=${name}`,
    `helm status ${name} --namespace ${namespace}`,
  ],
};
