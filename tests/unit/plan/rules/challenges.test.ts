import { describe, expect, it } from "vitest";
import { challengeArgs, type ChallengeArgs } from "../../../../provider/dns";
import { planCredentials } from "../../../../provider/plan/credentials";
import { challengeProblems } from "../../../../provider/plan/rules/challenges";
import { linesOf } from "../../problems";

const parse = (entries: readonly object[]): ChallengeArgs[] => entries.map((entry) => challengeArgs.parse(entry));
const sound = () => true;

const problems = (
  entries: readonly object[],
  dnsSecrets: object = {
    main: "planted",
    "main-2026-11": "planted",
    key: serviceAccountKey,
    "key-b": serviceAccountKey,
  },
) => linesOf(challengeProblems(parse(entries), dnsSecrets, sound));

const serviceAccountKey = JSON.stringify({ type: "service_account", project_id: "acme-dns" });
const project = "acme-dns";
const expiresOn = "2099-01-01T00:00:00Z";
const main = { cloudflare: { secret: "main" } };
const manyZones = (length: number, prefix = "z") => Array.from({ length }, (_item, at) => `${prefix}${at}.example.com`);

describe("challenges", () => {
  it.each<[string, object[], string[]]>([
    ["a token without zones", [{ cloudflare: { token: { expiresOn } } }], ["challenges[0].zones: is missing: a token"]],
    [
      "a token that has expired",
      [{ zones: ["example.com"], cloudflare: { token: { expiresOn: "2020-01-01T00:00:00Z" } } }],
      ['challenges[0].cloudflare.token.expiresOn: "2020-01-01T00:00:00Z" lies in the past'],
    ],
    [
      "an id of another zone",
      [{ zones: ["example.com"], cloudflare: { secret: "main", zoneIds: { "example.net": "1" } } }],
      ['challenges[0].cloudflare.zoneIds["example.net"]: "example.net" is no zone of this entry (example.com)'],
    ],
    [
      "two zones with one that is made",
      [{ zones: ["example.com", "example.net"], cloudDns: { project, createZone: true } }],
      ["challenges[0].zones: must name exactly one zone with createZone"],
    ],
    [
      "a rotation of what somebody else keeps",
      [{ zones: ["example.com"], rotation: "1", cloudflare: { existingSecret: { name: "theirs" } } }],
      ["challenges[0].rotation: cannot rotate existingSecret"],
    ],
    [
      "a rotation without a key",
      [{ zones: ["example.com"], rotation: "1", cloudDns: { project, workloadIdentity: {} } }],
      ["challenges[0].rotation: has no effect with workloadIdentity"],
    ],
    [
      "a rotation without zones",
      [{ rotation: "1", ...main }],
      ["challenges[0].zones: is missing: a rotation is proven"],
    ],
    [
      "a rotation of too many zones",
      [{ rotation: "1", zones: manyZones(101), ...main }],
      ["challenges[0].zones: names 101 zones"],
    ],
    [
      "a rotation of too many zones of entries that share it",
      [
        { rotation: "1", zones: ["example.com"], ...main, standby: true },
        { rotation: "1", zones: manyZones(60), ...main },
        { rotation: "1", zones: manyZones(41, "y"), ...main },
      ],
      ["challenges[1].zones: names 101 zones, with those of all entries of its credential"],
    ],
    [
      "a secret that is no service account's key",
      [{ cloudDns: { project, secret: "main" } }],
      ['challenges[0].cloudDns.secret: "main" in dnsSecrets does not hold a service account\'s key'],
    ],
    [
      "a secret that is not there",
      [{ cloudDns: { project, secret: "kye" } }],
      ['challenges[0].cloudDns.secret: "kye" is no key of dnsSecrets; did you mean "key"?'],
    ],
    [
      "one credential with two rotations",
      [
        { zones: ["example.com"], rotation: "1", ...main },
        { zones: ["example.net"], rotation: "2", ...main },
      ],
      ['challenges[1]: has the credential "cloudflare-main" of challenges[0], but says something else of it'],
    ],
    [
      "one name for two values",
      [
        { zones: ["b.example.com"], cloudDns: { project, secret: "key", createZone: true } },
        { zones: ["example.com"], cloudDns: { project, secret: "key-b", createZone: true } },
      ],
      [
        'challenges[1]: has the credential "cloud-dns-key-b-example-com" of challenges[0], but says something else of it',
      ],
    ],
    [
      "a rotation whose Secret is that of another secret",
      [
        { zones: ["example.com"], rotation: "2026-11", ...main },
        { zones: ["example.net"], cloudflare: { secret: "main-2026-11" } },
      ],
      ['challenges[1]: has its credential in the Secret "cloudflare-main-2026-11", in which challenges[0] has another'],
    ],
    [
      "a rotation whose Secret is somebody else's",
      [
        { zones: ["example.net"], cloudflare: { existingSecret: { name: "cloudflare-main-2026-11" } } },
        { zones: ["example.com"], rotation: "2026-11", standby: true, ...main },
      ],
      ['challenges[1]: has its credential in the Secret "cloudflare-main-2026-11", in which challenges[0] has another'],
    ],
    [
      "two service accounts for cert-manager",
      [
        { zones: ["example.com"], cloudDns: { project, workloadIdentity: {} } },
        { zones: ["example.net"], cloudDns: { project: "other-dns", workloadIdentity: {} } },
      ],
      ["challenges[1].cloudDns.workloadIdentity: needs a second service account beside that of challenges[0]"],
    ],
    ["standby only", [{ ...main, standby: true }], ["challenges: has entries on standby only"]],
  ])("refuse %s", (_what, entries, expected) => {
    const found = problems(entries);
    expect(found).toHaveLength(expected.length);
    expected.forEach((text, index) => expect(found[index]).toContain(text));
    expect(found.join()).not.toContain("planted");
  });

  it("may have one zone twice where one of the entries is on standby", () => {
    const [old, fresh] = [
      { zones: ["example.com"], cloudDns: { project } },
      { zones: ["example.com"], ...main },
    ];
    expect(problems([old, fresh])).toHaveLength(1);
    expect(problems([{ ...old, standby: true }, fresh])).toEqual([]);
    expect(problems([{ ...old, standby: true, rotation: "1" }, fresh])).toEqual([]);
  });

  it("may share a rotation among as many zones as one certificate has names, beside those on standby", () => {
    const entry = (zones: string[], standby = false) => ({ rotation: "1", zones, standby, ...main });
    expect(problems([entry(manyZones(60)), entry(manyZones(40, "y")), entry(manyZones(40, "x"), true)])).toEqual([]);
  });

  it("may draw on one Secret of somebody else by several providers, keys and managed zones", () => {
    const existingSecret = (key: string) => ({ existingSecret: { name: "theirs", key } });
    const entries = [
      { zones: ["example.com"], cloudflare: existingSecret("one") },
      { zones: ["example.net"], cloudflare: existingSecret("two") },
      { zones: ["a.example"], cloudDns: { project, ...existingSecret("key.json"), createZone: true } },
      { zones: ["b.example"], cloudDns: { project, ...existingSecret("key.json") } },
    ];
    expect(problems(entries)).toEqual([]);
  });

  it("take the key of another project's account, which may have rights there", () => {
    expect(problems([{ cloudDns: { project: "other-dns", secret: "key" } }])).toEqual([]);
  });
});

describe("credentials", () => {
  it("are made once for all entries that share them, with the zones and ids of all", () => {
    const token = { expiresOn };
    const planned = planCredentials(
      parse([
        { zones: ["example.com"], cloudflare: { token, zoneIds: { "example.com": "1" } } },
        { zones: ["example.net"], cloudflare: { token, zoneIds: { "example.net": "2" } } },
        main,
      ]),
    );
    expect(planned.map(({ name }) => name)).toEqual(["cloudflare-token-dns", "cloudflare-main"]);
    expect(planned[0]!.entry).toMatchObject({
      zones: ["example.com", "example.net"],
      cloudflare: { zoneIds: { "example.com": "1", "example.net": "2" } },
    });
    expect(planned[1]!.entry.zones).toBeUndefined();
  });

  it("keep the solvers of entries in use: a trial proves a zone as its issuer does, and none on standby", () => {
    const entry = (zone: string, project: string, standby: boolean) => ({
      zones: [zone],
      standby,
      rotation: "2026-11",
      cloudDns: { project, secret: "key" },
    });
    const entries = [entry("a.example", "first-project", false), entry("b.example", "other-project", false)];
    const [planned] = planCredentials(parse([...entries, entry("c.example", "third-project", true)]));
    expect(planned!.active.map(({ zones, solver }) => ({ zones, solver }))).toMatchObject([
      { zones: ["a.example"], solver: { cloudDNS: { project: "first-project" } } },
      { zones: ["b.example"], solver: { cloudDNS: { project: "other-project" } } },
    ]);
  });
});
