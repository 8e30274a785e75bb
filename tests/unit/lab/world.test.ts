import { describe, expect, it } from "vitest";
import { splitExec } from "../../lab/cli";
import { components } from "../../lab/components";
import { edgeConfiguration } from "../../lab/components/edge";
import { worldFolder } from "../../lab/host/paths";
import { commandEnvironment, daemonEnvironment } from "../../lab/world/environment";
import { runSteps, type Step } from "../../lab/world/graph";
import { layoutOf } from "../../lab/world/layout";
import { findLog } from "../../lab/world/logs";
import { renderKubeconfig, tokenLine } from "../../lab/world/pki";
import { fingerprint } from "../../lab/world/starter";
import { isHealthy, renderStatus, renderTable, type WorldStatus } from "../../lab/world/status";

const layout = layoutOf("/w");

describe("worldFolder", () => {
  it.each(["", "Default", "a b", "../x", "-a", "a-", "x".repeat(33)])("refuses the name %j", (name) => {
    expect(() => worldFolder(name)).toThrow("world name");
  });

  it("takes ordinary names", () => {
    expect(worldFolder("e2e-1")).toMatch(/certfleet\/worlds\/e2e-1$/);
  });
});

describe("the environment inside a world", () => {
  const base = {
    HOME: "/home/u",
    PATH: "/usr/bin",
    https_proxy: "http://elsewhere",
    KUBECONFIG: "/home/u/.kube/config",
    KUBE_EDITOR: "vi",
    HELM_NAMESPACE: "x",
    PULUMI_ACCESS_TOKEN: "secret",
    GOOGLE_CREDENTIALS: "secret",
    CLOUDFLARE_API_TOKEN: "secret",
    SSL_CERT_FILE: "/etc/ssl/cert.pem",
    NODE_EXTRA_CA_CERTS: "/etc/ssl/cert.pem",
  };

  it("leads commands to the world, and to nothing that the user's own leads to", () => {
    const env = commandEnvironment(layout, ["/extra", "/bin-of-lab"], base);
    expect(env).toMatchObject({
      HOME: "/home/u",
      PATH: "/extra:/bin-of-lab:/usr/bin",
      KUBECONFIG: "/w/kubeconfig",
      HTTPS_PROXY: "http://127.0.0.1:3128",
      https_proxy: "http://127.0.0.1:3128",
      SSL_CERT_FILE: "/w/pki/roots.pem",
    });
    for (const name of [
      "KUBE_EDITOR",
      "HELM_NAMESPACE",
      "PULUMI_ACCESS_TOKEN",
      "GOOGLE_CREDENTIALS",
      "CLOUDFLARE_API_TOKEN",
    ])
      expect(env).not.toHaveProperty(name);
  });

  it("gives daemons nothing of the user's", () => {
    expect(Object.keys(daemonEnvironment(layout)).sort()).toEqual(["CERTFLEET_LAB_WORLD", "HOME", "LANG", "PATH"]);
  });
});

describe("runSteps", () => {
  const recorder = (): { log: string[]; step: (name: string, needs?: string[], fails?: boolean) => Step } => {
    const log: string[] = [];
    const step = (name: string, needs: string[] = [], fails = false): Step => ({
      name,
      needs,
      run: async () => {
        await Promise.resolve();
        if (fails) throw new Error(`${name} fails`);
        log.push(name);
      },
    });
    return { log, step };
  };

  it("starts a step after all that it needs, whatever the order of the list", async () => {
    const { log, step } = recorder();
    await runSteps([step("c", ["b", "a"]), step("b", ["a"]), step("a")]);
    expect(log).toEqual(["a", "b", "c"]);
  });

  it("starts nothing after a failure, and throws the first one", async () => {
    const { log, step } = recorder();
    const failures: unknown[] = [];
    const steps = [step("a", [], true), step("b", ["a"]), step("c", ["b"])];
    await expect(runSteps(steps, (error) => failures.push(error))).rejects.toThrow("a fails");
    expect(log).toEqual([]);
    expect(failures).toHaveLength(1);
  });

  it("names a step that is missing, and a circle", async () => {
    const { step } = recorder();
    await expect(runSteps([step("a", ["x"])])).rejects.toThrow('"x", needed by "a"');
    await expect(runSteps([step("a", ["b"]), step("b", ["a"])])).rejects.toThrow("a -> b -> a");
  });
});

describe("components", () => {
  it("need only what there is", () => {
    const steps = new Set(["namespace", "pki", "gateway-api", ...components.map(({ name }) => name)]);
    for (const { needs } of components) for (const need of needs) expect(steps).toContain(need);
  });

  it("are restarted when anything changes that they were started with", () => {
    const base = fingerprint(["edge"], { A: "1" }, { "/w/edge.json": "{}" });
    expect(fingerprint(["edge"], { A: "1" }, { "/w/edge.json": "{}" })).toBe(base);
    expect(fingerprint(["edge", "-v"], { A: "1" }, { "/w/edge.json": "{}" })).not.toBe(base);
    expect(fingerprint(["edge"], { A: "2" }, { "/w/edge.json": "{}" })).not.toBe(base);
    expect(fingerprint(["edge"], { A: "1" }, { "/w/edge.json": "{ }" })).not.toBe(base);
  });

  it("give the edge every API host with the address that it serves", () => {
    const { dns, hosts } = edgeConfiguration({ layout, charts: "/charts" }) as {
      dns: { hosts: Record<string, string> };
      hosts: { listen: string };
    };
    for (const address of Object.values(dns.hosts)) expect(hosts.listen).toBe(`${address}:443`);
    expect(Object.keys(dns.hosts)).toContain("quay.io");
  });
});

describe("credentials", () => {
  it("a token's line has groups only where there are any", () => {
    expect(tokenLine("t", { user: "u", groups: [] })).toBe("t,u,u");
    expect(tokenLine("t", { user: "u", groups: ["a", "b"] })).toBe('t,u,u,"a,b"');
  });

  it("a kubeconfig holds the token and the authority", () => {
    const text = renderKubeconfig("admin", "secret", "PEM");
    expect(text).toContain("      token: secret\n");
    expect(text).toContain(`certificate-authority-data: ${Buffer.from("PEM").toString("base64")}`);
  });
});

describe("splitExec", () => {
  it.each([
    ["exec kubectl get -A --world x", "exec", "kubectl get -A --world x"],
    ["--world a exec ls -f", "--world a exec", "ls -f"],
    ["exec --world a ls", "exec --world a", "ls"],
    ["exec --world=a -- ls --help", "exec --world=a", "ls --help"],
    ["status --json", "status --json", ""],
  ])("%s", (line, own, command) => {
    expect(splitExec(line.split(" "))).toEqual({ own: own.split(" "), command: command ? command.split(" ") : [] });
  });
});

describe("findLog", () => {
  const logs = ["kube-apiserver", "cafe_tea-1_tea", "cafe_coffee-1_coffee"].map((name) => ({ name, path: name }));

  it("takes a name, or a part that only one has", () => {
    expect(findLog(logs, "kube-apiserver").name).toBe("kube-apiserver");
    expect(findLog(logs, "coffee").name).toBe("cafe_coffee-1_coffee");
  });

  it("lists the candidates otherwise", () => {
    expect(() => findLog(logs, "cafe")).toThrow("cafe_tea-1_tea\n  cafe_coffee-1_coffee");
    expect(() => findLog(logs, "nginx")).toThrow("no such log");
  });
});

describe("status", () => {
  const status: WorldStatus = {
    name: "default",
    up: true,
    folder: "/w",
    memory: 123_456_789,
    processes: [
      { name: "etcd", address: "127.0.0.1:2379", pid: 7, memory: 68_000_000, health: "ok", uptimeSeconds: 75 },
      { name: "edge", address: "10.200.0.2:443", health: "not running" },
    ],
  };

  it("aligns its columns", () => {
    expect(
      renderTable([
        ["A", "B"],
        ["long", "x"],
      ]),
    ).toBe("A     B\nlong  x");
  });

  it("shows every process with what is known of it", () => {
    const lines = renderStatus(status).split("\n");
    expect(lines[0]).toBe("world default: up, but not healthy, 123 MB in /w");
    expect(lines[2]).toMatch(/^etcd +127\.0\.0\.1:2379 +7 +68 MB +1 min 15 s +ok$/);
    expect(lines[3]).toMatch(/^edge +10\.200\.0\.2:443 +not running$/);
    expect(lines[3]!.indexOf("not running")).toBe(lines[1]!.indexOf("HEALTH"));
  });

  it("is healthy only when everything is", () => {
    expect(isHealthy(status)).toBe(false);
    expect(isHealthy({ ...status, processes: status.processes.slice(0, 1) })).toBe(true);
  });
});
