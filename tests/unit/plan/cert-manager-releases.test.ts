import { describe, expect, it } from "vitest";
import { adoptedVersion, certManagerWarnings } from "../../../provider/plan/adoption";
import { certManagerArgs, defaultVersion } from "../../../provider/plan/cert-manager";
import { badRelease, kubernetesProblem, releases, stepProblem } from "../../../provider/plan/cert-manager-releases";

describe("a step from one version to another", () => {
  it.each([
    ["1.21.1", "1.21.2"],
    ["1.21.2", "1.21.1"],
    ["v1.20.3", "1.21.2"],
    ["1.21.2", "v1.20.3"],
  ])("from %s to %s is taken", (from, to) => {
    expect(stepProblem(from, to)).toBeUndefined();
  });

  it("over several minor versions is refused, with the steps there", () => {
    expect(stepProblem("1.18.2", "1.21.2")).toBe(
      "is more than one minor version away from 1.18.2; go 1.18 -> 1.19 -> 1.20 -> 1.21: set version to the newest 1.19.x first",
    );
  });

  it("back over several minor versions is refused, too", () => {
    expect(stepProblem("v1.21.2", "1.19.1")).toBe(
      "is more than one minor version away from 1.21.2; go 1.21 -> 1.20 -> 1.19: set version to the newest 1.20.x first",
    );
  });

  it("to another major version is refused", () => {
    expect(stepProblem("1.21.2", "2.0.0")).toBe("leads from 1.21.2 to another major version");
  });
});

describe("the releases that are known", () => {
  it("hold the default, and each supports a span of versions", () => {
    expect(releases.map(({ minor }) => `1.${minor}`)).toContain(defaultVersion.split(".").slice(0, 2).join("."));
    for (const { kubernetes } of releases) expect(kubernetes[0]).toBeLessThanOrEqual(kubernetes[1]);
    expect(releases.map(({ minor }) => minor)).toEqual(releases.map((_release, index) => releases[0]!.minor + index));
  });

  it("tell of each cluster which of them support it", () => {
    expect(kubernetesProblem("1.21.2", "v1.36.3")).toBeUndefined();
    expect(kubernetesProblem("1.21.2", "v1.33.5-gke.1")).toBeUndefined();
    expect(kubernetesProblem("v1.21.2", "v1.32.1")).toBe(
      "supports Kubernetes 1.33 to 1.36, and this cluster runs v1.32.1; those for it are 1.12, 1.15, 1.16, 1.17, 1.18, 1.19, 1.20",
    );
    expect(kubernetesProblem("1.20.3", "v1.40.0")).toBe(
      "supports Kubernetes 1.32 to 1.35, and this cluster runs v1.40.0; none that is known here does",
    );
  });

  it("do not judge what is newer than they are", () => {
    expect(kubernetesProblem("1.99.0", "v1.36.3")).toBeUndefined();
    expect(kubernetesProblem("1.21.2", "unknown")).toBeUndefined();
  });

  it("name those that are bad", () => {
    expect(badRelease("v1.19.0")).toMatch(/1\.19\.1 or newer/);
    expect(badRelease("1.19.1")).toBeUndefined();
    expect(badRelease("toString")).toBeUndefined();
  });
});

describe("an adoption", () => {
  const args = certManagerArgs.parse({ adopt: "release", version: "1.21.2" });

  it("leaves the version as it is, and says so where another is asked for", () => {
    expect(adoptedVersion(args, "v1.21.2")).toBe("v1.21.2");
    expect(() => adoptedVersion(args, "v1.19.5")).toThrow(
      'version: "1.21.2" is not the version of the release that is adopted, 1.19.5',
    );
    expect(adoptedVersion({ ...args, adopt: "manifests" }, "v1.21.1")).toBe("v1.21.1");
  });
});

describe("the warnings of an installation", () => {
  it("are about what a destroy would delete, and about the release that stops", () => {
    expect(certManagerWarnings(certManagerArgs.parse({}))).toEqual([]);
    expect(certManagerWarnings(certManagerArgs.parse({ purge: true, version: "1.21.0" }))).toEqual([
      expect.stringMatching(/^purge: .*CRDs/),
      expect.stringMatching(/^version: 1\.21\.0 .*Disabled/),
    ]);
  });
});
