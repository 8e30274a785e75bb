import { readFileSync, writeFileSync } from "node:fs";
import type { Inside } from "../host/inside";
import { type AcmeEnvironment, acmePorts, type Layout } from "./layout";
import { pkiFile } from "./pki";

/** The root that signs what an ACME environment issues, from Pebble itself: it makes another one at each start. */
export async function fetchAcmeRoot(layout: Layout, inside: Inside, environment: AcmeEnvironment): Promise<string> {
  const url = `https://127.0.0.1:${acmePorts[environment].management}/roots/0`;
  const { status, body } = await inside.fetch({ url, ca: readFileSync(pkiFile(layout, "ca.crt"), "utf8") });
  if (status !== 200) throw new Error(`${url} answers ${status}: ${body.slice(0, 200)}`);
  return body;
}

/** Keeps the roots in files, for clients that want one: `curl --cacert`. */
export async function saveAcmeRoots(layout: Layout, inside: Inside): Promise<void> {
  for (const environment of ["staging", "production"] as const) {
    writeFileSync(layout.acmeRoots[environment], await fetchAcmeRoot(layout, inside, environment));
  }
}
