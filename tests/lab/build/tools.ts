/** One Go module below tests/lab/tools: what is built from it in one `go build`. */
export interface ToolGroup {
  /** Folder below tests/lab/tools. */
  module: string;
  /** From the text of its go.mod, where the versions stand that go into the programs. */
  ldflags: (goMod: string) => string[];
  tools: readonly Tool[];
}

export interface Tool {
  /** Name of the program, below the bin folder; may hold a folder. */
  name: string;
  /** The package, from the module's folder. */
  package: string;
  /** Folder of the package below the module's folder; absent for what comes from other modules. */
  folder?: string;
  /** Further names for the same program. */
  aliases?: readonly string[];
}

const own = (name: string, more: Partial<Tool> = {}): Tool => ({
  name,
  package: `./${name}`,
  folder: name,
  ...more,
});

/** The version of a module that a go.mod requires. */
export function requiredVersion(goMod: string, module: string): string {
  const escaped = module.replaceAll(".", "\\.");
  const version = new RegExp(`^(?:require)?\\s*${escaped} (v\\S+)`, "m").exec(goMod)?.[1];
  if (!version) throw new Error(`go.mod: module ${module} is not required in it`);
  return version;
}

const STRIP = ["-s", "-w"];

const stamp = (variable: string, value: string): string[] => ["-X", `${variable}=${value}`];

/** Helm refuses charts for clusters without a version, and cert-manager names its own in every object. */
function kubernetesStamps(goMod: string): string[] {
  const version = requiredVersion(goMod, "k8s.io/kubernetes");
  const [major = "", minor = ""] = version.slice(1).split(".");
  const paths = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];
  const certManager = "github.com/cert-manager/cert-manager";
  return [
    ...paths.flatMap((path) => [
      ...stamp(`${path}.gitVersion`, version),
      ...stamp(`${path}.gitMajor`, major),
      ...stamp(`${path}.gitMinor`, minor),
    ]),
    ...stamp(`${certManager}/pkg/util.AppVersion`, requiredVersion(goMod, certManager)),
  ];
}

/** Without it the engine says that it has no version, and SDKs that ask for one refuse it. */
function pulumiStamps(goMod: string): string[] {
  const module = "github.com/pulumi/pulumi/sdk/v3";
  return stamp(`${module}/go/common/version.Version`, requiredVersion(goMod, module));
}

export const worldTools: ToolGroup = {
  module: "world",
  ldflags: (goMod) => [...STRIP, ...kubernetesStamps(goMod)],
  tools: [
    own("hyperkube", { aliases: ["kubectl"] }),
    own("cm"),
    own("kubelet"),
    own("edge"),
    own("backend"),
    { name: "etcd", package: "go.etcd.io/etcd/server/v3" },
    { name: "helm", package: "helm.sh/helm/v4/cmd/helm" },
    { name: "pebble", package: "github.com/letsencrypt/pebble/v2/cmd/pebble" },
  ],
};

export const traefikTools: ToolGroup = {
  module: "traefik",
  ldflags: () => STRIP,
  tools: [{ name: "traefik", package: "github.com/traefik/traefik/v3/cmd/traefik" }],
};

export const engineTools: ToolGroup = {
  module: "pulumi",
  ldflags: (goMod) => [...STRIP, ...pulumiStamps(goMod)],
  tools: [
    { name: "pulumi", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    own("sdkgen"),
    own("pulumi-resource-kubernetes", { name: "stand-in/kubernetes/pulumi-resource-kubernetes" }),
    own("cloud-plugins", {
      name: "stand-in/gcp/pulumi-resource-gcp",
      aliases: ["stand-in/cloudflare/pulumi-resource-cloudflare"],
    }),
  ],
};

export const languageHostTools: ToolGroup = {
  module: "language-hosts",
  ldflags: (goMod) => [...STRIP, ...pulumiStamps(goMod)],
  tools: [
    { name: "pulumi-language-nodejs", package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs" },
    { name: "pulumi-language-python", package: "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python" },
    { name: "pulumi-language-go", package: "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go" },
  ],
};

/** Scripts that the language hosts look for beside themselves: what serves dynamic providers, and what runs Python. */
export const languageHostScripts = {
  module: "github.com/pulumi/pulumi/sdk/v3",
  paths: ["nodejs/dist/pulumi-resource-pulumi-nodejs", "python/cmd/pulumi-language-python-exec"],
};

export const allGroups: readonly ToolGroup[] = [worldTools, traefikTools, engineTools, languageHostTools];

/** The file that `go build -o FOLDER/` makes of a package: its last element, but the one before it for a major version suffix. */
export function builtName(packagePath: string): string[] {
  const parts = packagePath.split("/");
  const last = parts.at(-1) ?? "";
  const before = parts.at(-2);
  return /^v\d+$/.test(last) && before ? [before, last] : [last];
}
