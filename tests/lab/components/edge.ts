import { edgeControl } from "../world/edge-control";
import {
  acmePorts,
  addresses,
  cloudflareTokens,
  googleAdminToken,
  googleProject,
  hosts,
  type Layout,
  updateKey,
  zones,
} from "../world/layout";
import { pkiFile } from "../world/pki";
import type { Component, ComponentContext } from "./component";

const permissions = ["zone:read", "dns:edit"];

/** The edge program's whole configuration: what the outside world of the lab consists of. */
export function edgeConfiguration({ layout, charts }: Pick<ComponentContext, "layout" | "charts">): object {
  const apiHosts = Object.values(hosts).map((host): [string, string] => [host, addresses.apiHosts]);
  return {
    dns: {
      listen: [`${addresses.nameserver}:53`, `${addresses.clusterDns}:53`],
      zones,
      nameserver: { name: "ns1.lab.test", address: addresses.nameserver },
      defaultAddress: addresses.loadBalancer,
      hosts: Object.fromEntries(apiHosts),
      updateKeys: [updateKey],
    },
    hosts: {
      listen: `${addresses.apiHosts}:443`,
      certificate: pkiFile(layout, "edge.crt"),
      key: pkiFile(layout, "edge.key"),
    },
    cloudflare: {
      host: hosts.cloudflare,
      tokens: [
        { value: cloudflareTokens.full, permissions, zones },
        { value: cloudflareTokens.readOnly, permissions: ["zone:read"], zones },
        { value: cloudflareTokens.exampleNet, permissions, zones: ["example.net"] },
        { value: cloudflareTokens.admin, permissions: [...permissions, "tokens:edit"], zones },
      ],
    },
    google: {
      tokenHost: hosts.googleToken,
      iamHost: hosts.googleIam,
      projectsHost: hosts.googleProjects,
      dnsHost: hosts.cloudDns,
      adminToken: googleAdminToken,
      projectId: googleProject.id,
      projectNumber: googleProject.number,
      managedZones: googleProject.managedZones,
    },
    acme: [
      { hosts: [hosts.acmeStaging, hosts.acmeCustom], upstream: `https://127.0.0.1:${acmePorts.staging.api}` },
      { hosts: [hosts.acmeProduction], upstream: `https://127.0.0.1:${acmePorts.production.api}` },
    ],
    acmeRoots: pkiFile(layout, "ca.crt"),
    registry: { host: hosts.registry, charts, repository: "jetstack/charts" },
    proxy: { listen: addresses.proxy },
    // What of a world can be reached from outside of it, through sockets in its folder.
    forwards: [
      { listen: `unix:${layout.httpsSocket}`, to: `${addresses.loadBalancer}:443` },
      { listen: `unix:${layout.apiserverSocket}`, to: `${addresses.apiserver}:${addresses.apiserverPort}` },
    ],
    control: `unix:${layout.edgeSocket}`,
  };
}

async function edgeHealth(layout: Layout): Promise<string | undefined> {
  const { status, body } = await edgeControl(layout.edgeSocket).get("/health");
  return status === 200 ? undefined : `/health answers ${status}: ${body.slice(0, 200)}`;
}

export const edge: Component = {
  name: "edge",
  address: `${addresses.apiHosts}:443`,
  needs: ["namespace", "pki"],
  files: (context) => ({
    [context.layout.edgeConfig]: `${JSON.stringify(edgeConfiguration(context), undefined, 2)}\n`,
  }),
  argv: ({ layout, program }) => [program("edge"), "--config", layout.edgeConfig],
  health: ({ layout }) => edgeHealth(layout),
  seconds: 60,
};
