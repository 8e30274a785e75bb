import { describe, expect, it } from "vitest";
import { configureAcme, configureCertManager } from "../../../provider/plan/provider-config";
import { acme } from "../../support/builders";
import { later } from "../outputs";

const config = { directory: "https://acme.example.org/directory", directoryCaBundle: "-----BEGIN" };
const configured = { url: config.directory, caBundle: config.directoryCaBundle };
const own = { url: "https://other.example.org/directory" };

describe("configureAcme", () => {
  it.each([
    ["no environment", acme(), { environment: "custom", directory: configured }],
    ["custom without a directory", acme({ environment: "custom" }), { environment: "custom", directory: configured }],
    [
      "custom for other stacks, without a directory",
      acme({ environment: "staging", additionalEnvironments: ["custom"] }),
      { environment: "staging", directory: configured },
    ],
  ])("gives the configured directory to %s", (_case, given, expected) => {
    expect(configureAcme(given, [], config)).toEqual({ ...given, ...expected });
  });

  it("gives it to a domain that names custom, and leaves the others their environment", () => {
    const given = acme({ environment: "production" });
    expect(configureAcme(given, [{}, { environment: "custom" }], config)).toEqual({ ...given, directory: configured });
  });

  it.each([
    ["an environment", acme({ environment: "staging" })],
    ["a directory", acme({ directory: own })],
    ["both", acme({ environment: "custom", directory: own })],
  ])("leaves args alone that name %s", (_case, given) => {
    expect(configureAcme(given, [{ environment: "production" }], config)).toBe(given);
  });

  it("leaves everything alone where nothing is configured, and takes what is not known yet", () => {
    expect(configureAcme(acme(), [], {})).toEqual(acme());
    const directory = later(config.directory);
    expect(configureAcme({}, [], { directory })).toEqual({ environment: "custom", directory: { url: directory } });
  });
});

describe("configureCertManager", () => {
  const resolvers = ["192.0.2.1:53"];

  it("gives the configured servers where none are named", () => {
    expect(configureCertManager({}, { resolvers })).toEqual({ recursiveNameservers: resolvers });
    expect(configureCertManager({ recursiveNameservers: ["192.0.2.2:53"] }, { resolvers })).toEqual({
      recursiveNameservers: ["192.0.2.2:53"],
    });
    expect(configureCertManager({}, {})).toEqual({});
  });
});
