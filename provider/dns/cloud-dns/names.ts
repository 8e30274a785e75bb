import { createHash } from "node:crypto";

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

/** Managed zones are named by 1 to 63 characters that begin with a letter. A name that could be that of another zone gets a digest. */
export function zoneName(zone: string): string {
  const readable = zone.replaceAll(".", "-");
  if (/^[a-z][a-z0-9.]*$/.test(zone) && readable.length <= 63) return readable;
  const prefix = /^[a-z]/.test(readable) ? readable : `z-${readable}`;
  return `${prefix.slice(0, 54).replace(/-+$/, "")}-${digest(zone)}`;
}

/** What tells one component from all others that work in the same Google Cloud project, those of other stacks too. */
export interface Maker {
  project: string;
  stack: string;
  component: string;
}

const identity = ({ project, stack, component }: Maker): string => digest(`${project}/${stack}/${component}`);

/** An account id of at most 30 characters, that begins with a letter. */
export function accountIdOf(maker: Maker): string {
  const readable = maker.component.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const prefix = /^[a-z]/.test(readable) ? readable : `d-${readable}`;
  return `${prefix.slice(0, 21).replace(/-+$/, "")}-${identity(maker)}`;
}

/** A role id of at most 64 characters, which may hold no hyphens. */
export function roleIdOf(maker: Maker): string {
  const readable = maker.component.replaceAll(/[^A-Za-z0-9]+/g, "_");
  return `${readable.slice(0, 55)}_${identity(maker)}`;
}

/** The address of a service account. A project of a domain ("example.com:dns") stands there the other way round. */
export function accountEmail(accountId: string, project: string): string {
  const [name, domain] = project.split(":").reverse();
  return `${accountId}@${name}${domain === undefined ? "" : `.${domain}`}.iam.gserviceaccount.com`;
}
