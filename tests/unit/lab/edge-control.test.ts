import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { edgeControl } from "../../lab/world/edge-control";
import { createServiceAccount } from "../../lab/world/google";
import { googleAdminToken, hosts } from "../../lab/world/layout";

interface Seen {
  line: string;
  authorization?: string;
  body: string;
}

let folder: string;
let server: Server;
let seen: Seen[];
let answers: Record<string, [status: number, body: string]>;
const edge = () => edgeControl(join(folder, "edge.sock"));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "edge-control-"));
  seen = [];
  answers = {};
  server = createServer((incoming, response) => {
    let body = "";
    incoming.on("data", (more: Buffer) => (body += more.toString()));
    incoming.on("end", () => {
      const line = `${incoming.method ?? ""} ${incoming.url ?? ""}`;
      seen.push({ line, authorization: incoming.headers.authorization, body });
      const [status, text] = answers[line] ?? [404, "no such path"];
      response.writeHead(status).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(join(folder, "edge.sock"), resolve));
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

describe("the edge's control", () => {
  it("sets and clears faults", async () => {
    answers = { "POST /faults": [204, ""], "DELETE /faults": [204, ""] };
    await edge().setFaults([{ host: hosts.cloudDns, kind: "status", status: 429, retryAfter: 3, times: 1 }]);
    await edge().clearFaults();
    expect(seen.map(({ line }) => line)).toEqual(["POST /faults", "DELETE /faults"]);
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual([
      { host: "dns.googleapis.com", kind: "status", status: 429, retryAfter: 3, times: 1 },
    ]);
  });

  it("says what the edge does not take", async () => {
    answers = { "POST /faults": [400, 'faults[0]: kind "slow" is none of them'] };
    await expect(edge().setFaults([{ host: hosts.cloudDns, kind: "close" }])).rejects.toThrow(
      'edge POST /faults answers 400: faults[0]: kind "slow" is none of them',
    );
  });

  it("asks a host with a token, and leaves a refusal to whoever asked", async () => {
    answers = { "GET /hosts/iam.googleapis.com/v1/x": [403, "no"] };
    const request = { host: hosts.googleIam, path: "/v1/x", token: "t" };
    expect(await edge().ask(request)).toEqual({ status: 403, body: "no" });
    expect(seen[0]?.authorization).toBe("Bearer t");
    await expect(edge().askJson(request)).rejects.toThrow("edge GET iam.googleapis.com/v1/x answers 403: no");
  });

  it("makes a service account with a role beside those that are bound", async () => {
    const iam = "/hosts/iam.googleapis.com/v1/projects/lab-project";
    const projects = "/hosts/cloudresourcemanager.googleapis.com/v1/projects/lab-project";
    const bound = { role: "roles/dns.reader", members: ["user:a"] };
    answers = {
      [`POST ${iam}/serviceAccounts`]: [200, '{"email":"solver@p"}'],
      [`POST ${iam}/roles`]: [200, '{"name":"projects/p/roles/solver_one"}'],
      [`POST ${projects}:getIamPolicy`]: [200, JSON.stringify({ etag: "e", bindings: [bound] })],
      [`POST ${projects}:setIamPolicy`]: [200, "{}"],
      [`POST ${iam}/serviceAccounts/solver@p/keys`]: [200, JSON.stringify({ privateKeyData: btoa("the file") })],
    };
    const file = await createServiceAccount(edge(), { id: "solver-one", permissions: ["dns.changes.get"] });
    expect(file).toBe("the file");
    expect(new Set(seen.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${googleAdminToken}`]));
    expect(JSON.parse(seen[1]?.body ?? "")).toMatchObject({ roleId: "solver_one" });
    expect(JSON.parse(seen[3]?.body ?? "")).toEqual({
      policy: {
        etag: "e",
        bindings: [bound, { role: "projects/p/roles/solver_one", members: ["serviceAccount:solver@p"] }],
      },
    });
  });
});
