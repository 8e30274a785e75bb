import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { crdNames } from "../build/charts";
import type { Inside } from "../host/inside";
import { waitFor } from "../host/wait";
import { apiserverUrl, type Layout } from "./layout";
import { asList, CAFE_NAMESPACE, cafeApps, cafeManifests, classManifests } from "./manifests";
import { pkiFile, tokenOf } from "./pki";

export interface ObjectsContext {
  layout: Layout;
  inside: Inside;
  gatewayCrds: string;
  /** `kubectl` inside the world, as admin. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  signal?: AbortSignal;
}

/** Reads an object from the API server; undefined when it is not there. */
export async function readObject(
  { layout, inside }: Pick<ObjectsContext, "layout" | "inside">,
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
      waitFor(`CRD ${name}`, () => conditionProblem(context, crd + name, "Established"), { seconds: 30, ...context }),
    ),
  );
  await context.kubectl(apply, asList(classManifests));
}

export async function applyCafe(context: ObjectsContext): Promise<void> {
  await context.kubectl(apply, asList(cafeManifests));
}

/** The cafe serves, which proves that scheduler, node and backend programs work together. */
export async function awaitCafe(context: ObjectsContext): Promise<void> {
  const deployments = `/apis/apps/v1/namespaces/${CAFE_NAMESPACE}/deployments/`;
  await Promise.all(
    cafeApps.map((app) =>
      waitFor(`Deployment ${app}`, () => conditionProblem(context, deployments + app, "Available"), {
        seconds: 90,
        ...context,
      }),
    ),
  );
}
