import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildKey, toolKey } from "../../lab/build/key";
import { builtName, requiredVersion, type Tool, type ToolGroup, worldTools } from "../../lab/build/tools";

const inputs = { goVersion: "go1.26.0", platform: "linux-x64", ldflags: ["-s"], package: "./edge" };

describe("buildKey", () => {
  it("does not depend on the order of files", () => {
    const [a, b] = [
      ["go.mod", "m"],
      ["edge/main.go", "x"],
    ] as [string, string][];
    expect(buildKey({ ...inputs, files: new Map([a!, b!]) })).toBe(buildKey({ ...inputs, files: new Map([b!, a!]) }));
  });

  it("depends on every input", () => {
    const files = new Map([["go.mod", "m"]]);
    const variants = [
      { ...inputs, files },
      { ...inputs, files, goVersion: "go1.26.1" },
      { ...inputs, files, platform: "linux-arm64" },
      { ...inputs, files, ldflags: ["-s", "-w"] },
      { ...inputs, files, package: "./cm" },
      { ...inputs, files: new Map([["go.mod", "n"]]) },
      { ...inputs, files: new Map([["go.sum", "m"]]) },
    ];
    expect(new Set(variants.map(buildKey)).size).toBe(variants.length);
  });

  it("keeps apart where one text ends and the next begins", () => {
    const key = (path: string, text: string): string => buildKey({ ...inputs, files: new Map([[path, text]]) });
    expect(key("ab", "c")).not.toBe(key("a", "bc"));
  });
});

describe("toolKey", () => {
  let module: string;
  const tool = (name: string): Tool => ({ name, package: `./${name}`, folder: name });
  const foreign: Tool = { name: "etcd", package: "go.etcd.io/etcd/server/v3" };
  const group: ToolGroup = { module: "world", ldflags: () => [], tools: [tool("edge"), tool("cm"), foreign] };
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(module, path)), { recursive: true });
    writeFileSync(join(module, path), text);
  };
  const keys = (): string[] => group.tools.map((entry) => toolKey(group, entry, module, "go1.26.0"));
  /** Which of edge, cm and etcd get another key by a change. */
  const changedBy = (change: () => void): string[] => {
    const before = keys();
    change();
    return group.tools.filter((_, at) => keys()[at] !== before[at]).map(({ name }) => name);
  };

  beforeEach(() => {
    module = mkdtempSync(join(tmpdir(), "certfleet-key-"));
    for (const path of ["go.mod", "go.sum", "edge/main.go", "edge/dns/serve.go", "cm/main.go", "shared/log.go"]) {
      write(path, path);
    }
  });
  afterEach(() => rmSync(module, { recursive: true }));

  it.each([
    ["a tool's own source", "edge/main.go", ["edge"]],
    ["a package below it", "edge/dns/serve.go", ["edge"]],
    ["a new file of it", "edge/new.go", ["edge"]],
    ["what tools share", "shared/log.go", ["edge", "cm"]],
    ["go.mod", "go.mod", ["edge", "cm", "etcd"]],
    ["go.sum", "go.sum", ["edge", "cm", "etcd"]],
    ["a test", "edge/main_test.go", []],
    ["test data", "edge/testdata/zone.json", []],
  ])("a change of %s rebuilds what it goes into", (_, path, rebuilt) => {
    expect(changedBy(() => write(path, "changed"))).toEqual(rebuilt);
  });
});

describe("builtName", () => {
  it.each([
    ["./hyperkube", ["hyperkube"]],
    ["helm.sh/helm/v4/cmd/helm", ["helm"]],
    ["go.etcd.io/etcd/server/v3", ["server", "v3"]],
  ])("of %s is %j", (path, names) => {
    expect(builtName(path)).toEqual(names);
  });
});

describe("requiredVersion", () => {
  const goMod = [
    "module example.test",
    "require k8s.io/single v1.2.3",
    "require (",
    "\tk8s.io/kubernetes v1.36.3",
    "\tk8s.io/kubernetes-sigs v9.9.9 // indirect",
    ")",
  ].join("\n");

  it("reads a version from either form", () => {
    expect(requiredVersion(goMod, "k8s.io/kubernetes")).toBe("v1.36.3");
    expect(requiredVersion(goMod, "k8s.io/single")).toBe("v1.2.3");
  });

  it("names a module that is missing", () => {
    expect(() => requiredVersion(goMod, "k8s.io/kube")).toThrow("k8s.io/kube");
  });
});

describe("the world's version stamps", () => {
  it("are the versions that its go.mod requires", () => {
    const flags = worldTools.ldflags(
      "require (\n\tk8s.io/kubernetes v1.36.3\n\tgithub.com/cert-manager/cert-manager v1.21.2\n)",
    );
    expect(flags).toContain("k8s.io/component-base/version.gitVersion=v1.36.3");
    expect(flags).toContain("k8s.io/client-go/pkg/version.gitMinor=36");
    expect(flags).toContain("github.com/cert-manager/cert-manager/pkg/util.AppVersion=v1.21.2");
  });
});
