import type { PackageDefinition } from "./definition";
import { emitSchema } from "./emit";

/** The whole package schema: what the definitions say, and what every language's package needs to say of itself. */
export function packageSchema(version: string, definition: PackageDefinition): object {
  return {
    name: "certfleet",
    displayName: "certfleet",
    version,
    description:
      "TLS for every domain of every Kubernetes cluster: cert-manager, issuers, certificates, gateways and routes.",
    keywords: ["kubernetes", "cert-manager", "acme", "tls", "category/infrastructure", "kind/component"],
    license: "Apache-2.0",
    publisher: "certfleet",
    language: {
      nodejs: {
        packageName: "@certfleet/pulumi",
        dependencies: { "@pulumi/pulumi": "^3.248.0" },
        devDependencies: { typescript: "5.9.3" },
        respectSchemaVersion: true,
      },
      python: {
        packageName: "pulumi_certfleet",
        pythonRequires: ">=3.10",
        requires: { pulumi: ">=3.248.0,<4.0.0" },
        respectSchemaVersion: true,
        pyproject: { enabled: true },
      },
      go: { importBasePath: "github.com/certfleet/pulumi-certfleet/sdk/go/certfleet", respectSchemaVersion: true },
    },
    ...emitSchema(definition),
  };
}
