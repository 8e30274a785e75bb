import { addresses, apiserverUrl } from "../world/layout";
import { pkiFile, tokenOf } from "../world/pki";
import { answers, type Component, type ComponentContext, flags } from "./component";

const pingAddress = "127.0.0.1:8082";

function kubernetesProvider(name: string, { layout }: ComponentContext, more: Record<string, string>): string[] {
  const options = {
    endpoint: apiserverUrl,
    token: tokenOf(layout, "traefik"),
    certauthfilepath: pkiFile(layout, "ca.crt"),
    ...more,
  };
  return flags(Object.fromEntries(Object.entries(options).map(([key, value]) => [`providers.${name}.${key}`, value])));
}

/** The data plane: serves every Gateway of its class, and Ingresses, at the load balancer's address. */
export const traefik: Component = {
  name: "traefik",
  address: `${addresses.loadBalancer}:80,443`,
  needs: ["gateway-api"],
  argv: (context) => [
    context.program("traefik"),
    ...flags({
      "entrypoints.web.address": `${addresses.loadBalancer}:80`,
      "entrypoints.websecure.address": `${addresses.loadBalancer}:443`,
      "entrypoints.websecure.http.tls": true,
      "entrypoints.ping.address": pingAddress,
      ping: true,
      "ping.entrypoint": "ping",
      "global.checknewversion": false,
      "global.sendanonymoususage": false,
      "providers.providersthrottleduration": "500ms",
      "log.level": "INFO",
    }),
    ...kubernetesProvider("kubernetesgateway", context, { "statusaddress.ip": addresses.loadBalancer }),
    ...kubernetesProvider("kubernetesingress", context, { "ingressendpoint.ip": addresses.loadBalancer }),
  ],
  health: (context) => answers(context, `http://${pingAddress}/ping`),
  seconds: 60,
};
