import type { EdgeControl } from "./edge-control";
import { googleAdminToken, googleProject, hosts } from "./layout";

/** A service account for tests, with a key and a role of these permissions on the whole project. */
export interface NewServiceAccount {
  /** 6 to 30 characters; the role's id follows from it. */
  id: string;
  permissions: readonly string[];
}

interface Policy {
  etag: string;
  bindings?: { role: string; members: string[] }[];
}

const project = `/v1/projects/${googleProject.id}`;
const asAdministrator = { token: googleAdminToken, method: "POST" };

/** Makes a key of a service account that exists and returns its credential file's text. */
export async function createServiceAccountKey(edge: EdgeControl, email: string): Promise<string> {
  const path = `${project}/serviceAccounts/${email}/keys`;
  const request = { ...asAdministrator, host: hosts.googleIam, path, json: {} };
  const { privateKeyData } = await edge.askJson<{ privateKeyData: string }>(request);
  return Buffer.from(privateKeyData, "base64").toString();
}

/** Gives a role to a member in the project's policy, as an administrator would. */
export async function bindProjectRole(edge: EdgeControl, role: string, member: string): Promise<void> {
  const at = { ...asAdministrator, host: hosts.googleProjects };
  const policy = await edge.askJson<Policy>({ ...at, path: `${project}:getIamPolicy`, json: {} });
  const bindings = [...(policy.bindings ?? []), { role, members: [member] }];
  await edge.askJson({ ...at, path: `${project}:setIamPolicy`, json: { policy: { ...policy, bindings } } });
}

/** Makes a service account with a custom role, and returns the text of its key's credential file. */
export async function createServiceAccount(edge: EdgeControl, { id, permissions }: NewServiceAccount): Promise<string> {
  const at = { ...asAdministrator, host: hosts.googleIam };
  const accounts = `${project}/serviceAccounts`;
  const { email } = await edge.askJson<{ email: string }>({ ...at, path: accounts, json: { accountId: id } });
  const role = { title: id, includedPermissions: permissions, stage: "GA" };
  const roleId = id.replaceAll("-", "_");
  const { name } = await edge.askJson<{ name: string }>({ ...at, path: `${project}/roles`, json: { roleId, role } });
  await bindProjectRole(edge, name, `serviceAccount:${email}`);
  return createServiceAccountKey(edge, email);
}
