import { afterEach, describe, expect, it, vi } from "vitest";
import { explainGoFailure, goFailure } from "../../lab/build/go";
import { isFresh, isUsablePlugin } from "../../lab/engine/plugins";
import { interruption } from "../../lab/host/interruption";
import { enterArguments, unshareArguments } from "../../lab/host/namespace";
import { describeTask, formatDuration, TerminalReporter } from "../../lab/host/progress";
import { explainUserNamespaces, isAtLeast, MachineError } from "../../lab/host/requirements";
import { HopelessError, sleep, waitFor } from "../../lab/host/wait";

describe("requirements", () => {
  it.each([
    ["go1.26.8", "1.26", true],
    ["go1.25.9", "1.26", false],
    ["go2.0", "1.26", true],
    ["Python 3.11.7", "3.9", true],
    ["v3.99.0", "3.200", false],
    ["v3.200.0", "3.200", true],
    ["nonsense", "1", false],
  ])("%s is at least %s: %s", (found, minimum, expected) => {
    expect(isAtLeast(found, minimum)).toBe(expected);
  });

  it.each([
    ["/proc/sys/user/max_user_namespaces", 0, "max_user_namespaces=15000"],
    ["/proc/sys/kernel/unprivileged_userns_clone", 0, "unprivileged_userns_clone=1"],
    ["/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1, "apparmor_restrict_unprivileged_userns=0"],
    ["/nothing", 0, "--privileged"],
  ])("%s at %d is explained", (path, value, fix) => {
    expect(explainUserNamespaces((asked) => (asked === path ? value : undefined)).fix).toContain(fix);
  });

  it("come all in one error, each with its fix", () => {
    const error = new MachineError([
      { what: "ip is not on PATH", fix: "install iproute2" },
      { what: "Go is old", fix: "install Go" },
    ]);
    expect(error.message).toContain("ip is not on PATH\n    install iproute2\n  - Go is old");
  });
});

describe("namespaces", () => {
  const anchor = { pid: 42, startTime: "1", boot: "b" };

  it("need a user namespace only without root", () => {
    expect(unshareArguments(false)).not.toContain("--user");
    expect(unshareArguments(true)).toContain("--map-root-user");
  });

  it("are entered by the anchor's pid, with the working directory kept", () => {
    const argv = enterArguments({ anchor, rootless: true }, ["ls", "-l"], "/work dir");
    expect(argv).toEqual(
      expect.arrayContaining(["nsenter", "42", "--user", "--preserve-credentials", "--net", "--mount"]),
    );
    expect(argv.slice(-3)).toEqual(["/work dir", "ls", "-l"]);
    expect(enterArguments({ anchor, rootless: false }, ["ls"])).not.toContain("--user");
  });
});

describe("a failed build", () => {
  it.each([
    ['Get "https://proxy.example.test/x": dial tcp: lookup proxy.example.test: no such host', "cannot be reached"],
    ["reading https://proxy.example.test/x: 403 Forbidden", "refused"],
    ["write /tmp/x: no space left on device", "disk"],
  ])("is explained: %s", (words, fix) => {
    expect(explainGoFailure(words)).toContain(fix);
  });

  it("shows the compiler's words, not the progress before them", () => {
    const stderr = "go: downloading a.test/b v1\nk8s.io/api/core/v1\n# edge\nedge/main.go:3:1: syntax error\n";
    expect(goFailure("building edge", 1, stderr).message).toBe(
      "building edge: go ended with 1\n# edge\nedge/main.go:3:1: syntax error",
    );
  });
});

describe("a resource plugin", () => {
  it.each([
    ["resource-kubernetes-v4.34.2", true],
    ["resource-kubernetes-v4.35.0", true],
    ["resource-kubernetes-v4.34.1", false],
    ["resource-kubernetes-v5.0.0", false],
    ["resource-kubernetes-v4.34.2.lock", false],
    ["resource-kubernetes-cert-manager-v4.34.2", false],
    ["resource-gcp-v4.34.2", false],
  ])("%s serves the Kubernetes SDK 4.34.2: %s", (folder, usable) => {
    expect(isUsablePlugin(folder, "kubernetes", "4.34.2")).toBe(usable);
  });

  it("is not asked for again on the day of a refusal", () => {
    const now = Date.UTC(2026, 0, 2);
    const refusal = { version: "4.34.2", at: now - 1000, reason: "no network" };
    expect(isFresh(refusal, "4.34.2", now)).toBe(true);
    expect(isFresh(refusal, "4.35.0", now)).toBe(false);
    expect(isFresh(refusal, "4.34.2", now + 86_400_000)).toBe(false);
    expect(isFresh(refusal, "4.34.2", now - 5000)).toBe(false);
    expect(isFresh(undefined, "4.34.2", now)).toBe(false);
  });
});

describe("progress", () => {
  it.each([
    [400, "0.4 s"],
    [12_300, "12 s"],
    [75_000, "1 min 15 s"],
    [600_000, "10 min 00 s"],
  ])("%d ms is %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it("names the task, what it does now, and how long so far", () => {
    expect(describeTask({ title: "building", detail: "7 packages", since: 0 }, 5000)).toBe(
      "building (7 packages): 5.0 s",
    );
  });

  it("is silent about what is quick, and speaks of what is not", async () => {
    let now = 0;
    let text = "";
    const reporter = new TerminalReporter({ write: (part) => (text += part) }, () => now);
    await reporter.task("quick", () => Promise.resolve());
    expect(text).toBe("");
    await reporter.task("slow", async () => {
      now += 3000;
      await sleep(300);
    });
    expect(text).toBe("  slow: 3.0 s\n  slow: done in 3.0 s\n");
  });
});

describe("interruption", () => {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const listeners = new Map(signals.map((name) => [name, process.listeners(name)]));
  afterEach(() => {
    for (const name of signals) {
      for (const listener of process.listeners(name)) {
        if (!listeners.get(name)?.includes(listener)) process.off(name, listener);
      }
    }
    vi.useRealTimers();
  });

  it("takes the signal that npm hands on for the same Ctrl-C, and a later one for another", () => {
    vi.useFakeTimers();
    const exit = vi.fn();
    const signal = interruption(exit);
    expect(signal.aborted).toBe(false);
    process.emit("SIGINT", "SIGINT");
    expect(signal.aborted).toBe(true);
    process.emit("SIGINT", "SIGINT");
    expect(exit).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2000);
    process.emit("SIGHUP", "SIGHUP");
    expect(exit).not.toHaveBeenCalled();
    process.emit("SIGINT", "SIGINT");
    expect(exit).toHaveBeenCalledWith(130);
  });
});

describe("waitFor", () => {
  it("ends at once when aborted, whatever its probe waits for", async () => {
    const probe = (): Promise<undefined> => new Promise(() => undefined);
    const waiting = waitFor("etcd", probe, { seconds: 60, signal: AbortSignal.timeout(20) });
    await expect(waiting).rejects.toThrow();
  });

  it("says what was missing last", async () => {
    const probe = (): Promise<string> => Promise.resolve("still starting");
    await expect(waitFor("etcd", probe, { seconds: 0.05, every: 10 })).rejects.toThrow(
      "etcd: not there after 0.05 s: still starting",
    );
  });

  it("gives up at once where there is no hope", async () => {
    const probe = (): Promise<string> => Promise.reject(new HopelessError("it ended"));
    await expect(waitFor("etcd", probe, { seconds: 60 })).rejects.toThrow("it ended");
  });
});
