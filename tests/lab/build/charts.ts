import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../host/command";
import { type BuildContext, versionIn, withBuildLock } from "./build";
import { moduleFolderOf } from "./go";
import { isStored, store, useStored, withDraft } from "./store";
import { worldTools } from "./tools";

/** Versions of cert-manager, so that upgrades can be shown: a patch, and one minor version after another. */
export const CHART_VERSIONS = ["v1.19.5", "v1.20.3", "v1.21.1", "v1.21.2"] as const;

const CERT_MANAGER = "github.com/cert-manager/cert-manager";
const GATEWAY_API = "sigs.k8s.io/gateway-api";

async function packageCharts(helm: string, folder: string, scratch: string, signal?: AbortSignal): Promise<void> {
  for (const version of CHART_VERSIONS) {
    const source = await chartOf(version, scratch, signal);
    // The chart in the module says v0.0.0: releases are stamped when they are packaged.
    const stamps = ["--version", version, "--app-version", version];
    await mustRun(`chart cert-manager ${version}`, [helm, "package", source, ...stamps, "--destination", folder], {
      signal,
    });
  }
}

/** The chart's folder. Before 1.21 a module holds a template of Chart.yaml, of which nothing that matters is left open. */
async function chartOf(version: string, scratch: string, signal?: AbortSignal): Promise<string> {
  const source = join(await moduleFolderOf(CERT_MANAGER, version, signal), "deploy/charts/cert-manager");
  if (existsSync(join(source, "Chart.yaml"))) return source;
  const copy = join(scratch, version);
  mkdirSync(copy);
  await mustRun(`copying chart ${version}`, ["cp", "-R", "--no-preserve=mode", `${source}/.`, copy], { signal });
  renameSync(join(copy, "Chart.template.yaml"), join(copy, "Chart.yaml"));
  return copy;
}

/** cert-manager's charts as released, packaged from its modules. */
export async function ensureCharts(bin: string, context: BuildContext): Promise<string> {
  const key = CHART_VERSIONS.join("-");
  const make = (): Promise<void> =>
    context.reporter.task("packaging cert-manager's charts", () =>
      withDraft(async (draft) => {
        const [folder, scratch] = [join(draft, "charts"), join(draft, "scratch")];
        for (const path of [folder, scratch]) mkdirSync(path);
        await packageCharts(join(bin, "helm"), folder, scratch, context.signal);
        store("charts", key, folder);
      }),
    );
  if (!isStored("charts", key)) {
    await withBuildLock(async () => {
      if (!isStored("charts", key)) await make();
    }, context);
  }
  return useStored("charts", key);
}

/** The CRDs of the Gateway API's standard channel, of the version that the world's module uses. */
export async function ensureGatewayCrds(context: BuildContext): Promise<string> {
  const version = versionIn(worldTools, GATEWAY_API);
  if (!isStored("gateway-api", version)) {
    const source = join(await moduleFolderOf(GATEWAY_API, version, context.signal), "config/crd/standard");
    await withDraft((draft) => {
      const folder = join(draft, "gateway-api");
      mkdirSync(folder);
      for (const file of readdirSync(source).filter((name) => name.endsWith(".yaml"))) {
        // Go's module cache is read-only, and copies would be too.
        writeFileSync(join(folder, file), readFileSync(join(source, file)));
      }
      store("gateway-api", version, folder);
    });
  }
  return useStored("gateway-api", version);
}

/** The names of the CRDs in a folder of manifests, to wait for. */
export function crdNames(folder: string): string[] {
  return readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .filter((text) => /^kind: CustomResourceDefinition$/m.test(text))
    .map((text) => /^ {2}name: (\S+)$/m.exec(text)?.[1])
    .filter((name) => name !== undefined);
}
