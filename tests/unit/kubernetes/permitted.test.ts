import { describe, expect, it } from "vitest";
import { ClusterError } from "../../../provider/kubernetes/failure";
import { kinds } from "../../../provider/kubernetes/kinds";
import { foundOr, getPermitted, listPermitted } from "../../../provider/kubernetes/permitted";

const refusing = (status: number) => {
  const refuse = () => Promise.reject(new ClusterError("no", status));
  return { get: refuse, list: refuse };
};

describe("what may not be read", () => {
  it("is told with the right that is missing, as kubectl auth can-i takes it", async () => {
    expect(await getPermitted(refusing(403), kinds.clusterIssuer, { name: "letsencrypt" })).toEqual({
      object: "ClusterIssuer letsencrypt",
      right: "get clusterissuers.cert-manager.io",
    });
    expect(await listPermitted(refusing(403), kinds.event, { namespace: "cafe" })).toEqual({
      object: "Events",
      right: "list events --namespace cafe",
    });
  });

  it("is neither a credential that is refused nor a server that fails", async () => {
    await expect(getPermitted(refusing(401), kinds.clusterIssuer, { name: "letsencrypt" })).rejects.toThrow("no");
    await expect(listPermitted(refusing(500), kinds.event)).rejects.toThrow("no");
  });

  it("counts as nothing where it does not matter why nothing was found", async () => {
    expect(foundOr(await listPermitted(refusing(403), kinds.event), [])).toEqual([]);
    expect(foundOr(await getPermitted({ get: () => Promise.resolve(undefined) }, kinds.pod, { name: "p" }), 1)).toBe(1);
  });
});
