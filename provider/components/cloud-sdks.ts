import type * as accountToken from "@pulumi/cloudflare/accountToken";
import type * as apiToken from "@pulumi/cloudflare/apiToken";
import type * as getAccountGroups from "@pulumi/cloudflare/getAccountApiTokenPermissionGroupsList";
import type * as getGroups from "@pulumi/cloudflare/getApiTokenPermissionGroupsList";
import type * as getZone from "@pulumi/cloudflare/getZone";
import type * as dns from "@pulumi/gcp/dns";
import type * as projects from "@pulumi/gcp/projects";
import type * as serviceaccount from "@pulumi/gcp/serviceaccount";
import { createRequire } from "node:module";

const load = createRequire(__filename);

/** The parts of @pulumi/gcp that are used, each loaded by its first use: most programs need none of them. */
export const gcp = {
  dns: () => load("@pulumi/gcp/dns") as typeof dns,
  projects: () => load("@pulumi/gcp/projects") as typeof projects,
  serviceaccount: () => load("@pulumi/gcp/serviceaccount") as typeof serviceaccount,
};

/** The same of @pulumi/cloudflare. */
export const cloudflare = {
  accountToken: () => load("@pulumi/cloudflare/accountToken") as typeof accountToken,
  apiToken: () => load("@pulumi/cloudflare/apiToken") as typeof apiToken,
  getAccountGroups: () => load("@pulumi/cloudflare/getAccountApiTokenPermissionGroupsList") as typeof getAccountGroups,
  getGroups: () => load("@pulumi/cloudflare/getApiTokenPermissionGroupsList") as typeof getGroups,
  getZone: () => load("@pulumi/cloudflare/getZone") as typeof getZone,
};
