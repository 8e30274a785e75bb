import type { World } from "../../lab";

/** A ServiceAccount, by which a story acts with rights of its own choice. */
export interface Account {
  namespace: string;
  name: string;
}

export const subjectOf = ({ namespace, name }: Account): string => `--serviceaccount=${namespace}:${name}`;

/** Makes a ServiceAccount, and a kubeconfig that authenticates as it. */
export async function makeAccount(
  world: World,
  { namespace, name }: Account,
): Promise<{ kubeconfig: string; token: string }> {
  await world.kubectl(["create", "serviceaccount", name, "-n", namespace]);
  const token = (await world.kubectl(["create", "token", name, "-n", namespace, "--duration=2h"])).trim();
  const admin = JSON.parse(await world.kubectl(["config", "view", "--raw", "--minify", "-o", "json"])) as {
    clusters: unknown[];
    contexts: { context: { user: string } }[];
  };
  const users = [{ name: admin.contexts[0]!.context.user, user: { token } }];
  return { kubeconfig: JSON.stringify({ ...admin, users }), token };
}
