import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { crdNames } from "../build/charts";
import type { Inside } from "../host/inside";
import { waitFor } from "../host/wait";
import { apiserverUrl, type Layout } from "./layout";
import { asList, CAFE_NAMESPACE, cafeApps, cafeManifests, classManifests } from "./manifests";
import { pkiFile, tokenOf } from "./pki";
import { listPods, podHealth } from "./pods";

export interface ObjectsContext {
  layout: Layout;
  inside: Inside;
  gatewayCrds: string;
  /** `kubectl` inside the world, as admin. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  signal?: AbortSignal;
}

export type ReadContext = Pick<ObjectsContext, "layout" | "inside">;

/** Reads an object from the API server; undefined when it is not there. */
export async function readObject(
  { layout, inside }: ReadContext,
  path: string,
): Promise<Record<string, unknown> | undefined> {
  const { status, body } = await inside.fetch({
    url: `${apiserverUrl}${path}`,
    headers: { authorization: `Bearer ${tokenOf(layout, "admin")}` },
    ca: readFileSync(pkiFile(layout, "ca.crt"), "utf8"),
  });
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`${path}: the API server answers ${status}: ${body.slice(0, 300)}`);
  return JSON.parse(body) as Record<string, unknown>;
}

const apply = ["apply", "--server-side", "--force-conflicts", "--field-manager", "certfleet-lab", "-f", "-"];

interface Conditions {
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

async function conditionProblem(context: ObjectsContext, path: string, type: string): Promise<string | undefined> {
  const object = (await readObject(context, path)) as Conditions | undefined;
  if (!object) return `${path} is not there`;
  const condition = object.status?.conditions?.find((entry) => entry.type === type);
  return condition?.status === "True" ? undefined : `${path} is not ${type}: ${condition?.message ?? "no condition"}`;
}

/** The Gateway API's CRDs, and the classes of the lab's data plane. */
export async function applyGatewayApi(context: ObjectsContext): Promise<void> {
  const files = readdirSync(context.gatewayCrds).map((file) => readFileSync(join(context.gatewayCrds, file), "utf8"));
  await context.kubectl(apply, files.join("\n---\n"));
  const crd = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";
  await Promise.all(
    crdNames(context.gatewayCrds).map((name) =>
      waitFor(`CRD ${name}`, () => conditionProblem(context, crd + name, "Established"), {
        seconds: 30,
        signal: context.signal,
      }),
    ),
  );
  await context.kubectl(apply, asList(classManifests));
}

export async function applyCafe(context: ObjectsContext): Promise<void> {
  await context.kubectl(apply, asList(cafeManifests));
}

interface ServiceObject {
  spec?: { clusterIP?: string };
}

/** A request to the Service's own address. */
async function serviceProblem(context: ObjectsContext, app: string): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${CAFE_NAMESPACE}/services/${app}-svc`;
  const address = ((await readObject(context, path)) as ServiceObject | undefined)?.spec?.clusterIP;
  if (!address) return `${path} has no address`;
  const { status } = await context.inside.fetch({ url: `http://${address}/`, timeoutSeconds: 2 });
  return status === 200 ? undefined : `Service ${app}-svc answers ${status}`;
}

/** The cafe serves, which proves that scheduler, node, programs and service proxy work together. */
export async function awaitCafe(context: ObjectsContext): Promise<void> {
  const deployments = `/apis/apps/v1/namespaces/${CAFE_NAMESPACE}/deployments/`;
  const problem = async (app: string): Promise<string | undefined> =>
    (await conditionProblem(context, deployments + app, "Available")) ?? serviceProblem(context, app);
  const options = { seconds: 90, signal: context.signal };
  try {
    await Promise.all(cafeApps.map((app) => waitFor(`the cafe's ${app}`, () => problem(app), options)));
  } catch (error) {
    context.signal?.throwIfAborted();
    throw new Error(`${(error as Error).message}\n${await describePods(context)}`, { cause: error });
  }
}

async function describePods(context: ReadContext): Promise<string> {
  const pods = await listPods(context, CAFE_NAMESPACE).catch(() => []);
  return pods.map((pod) => `  pod ${pod.metadata.name}: ${podHealth(pod)}`).join("\n");
}
