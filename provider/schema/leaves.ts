import { z } from "zod";
import { input } from "./vocabulary";

/** A DNS label: names of namespaces and Services (RFC 1123). */
export const label = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "must be a name of lower-case letters, digits and inner hyphens, at most 63 characters (RFC 1123)",
  );

/** A DNS subdomain: names of most Kubernetes objects (RFC 1123). */
export const objectNameText = z
  .string()
  .max(253, "must be at most 253 characters (RFC 1123)")
  .regex(
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
    "must be a name of lower-case letters, digits, inner hyphens and dots (RFC 1123)",
  );

/** Such a name, of an object that may only be made in the same program. */
export const objectName = input(objectNameText);

export const port = z
  .int("must be a whole number")
  .min(1, "must be from 1 to 65535")
  .max(65535, "must be from 1 to 65535");

export const seconds = z.int("must be a whole number of seconds").min(1, "must be at least 1 second");

export const text = input(z.string().min(1, "must not be empty"));

/** Labels or annotations to add to what is made. */
export const stringMap = input(z.record(z.string(), z.string()));

export const email = input(
  z.string().regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "must be an e-mail address such as ops@example.com"),
);

export const httpsUrl = z
  .string()
  .refine(
    (value) => URL.canParse(value) && new URL(value).protocol === "https:",
    "must be an https URL (RFC 8555 section 6.1)",
  );

export const certificatePem = z
  .string()
  .regex(/-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/, "must be one or more certificates in PEM form");

/** The whole text, in YAML or JSON: a path would mean another file wherever the program runs. */
export const kubeconfigText = z
  .string()
  .regex(
    /(^|[{,\s"'])clusters["']?\s*:/,
    "must be the text of a kubeconfig, not its path; read the file, or take the output of the cluster's resource",
  );

/** A DNS server by address and port, or a DoH server by URL, as cert-manager's --dns01-recursive-nameservers takes it. */
export const nameserver = z
  .string()
  .regex(
    /^(https:\/\/\S+|(\[[0-9a-f:.]+\]|[a-z0-9.-]+):\d{1,5})$/i,
    'must be an address with a port such as "1.1.1.1:53", or the https URL of a DoH server (RFC 8484)',
  );

/** DNS servers to ask, in the order given. */
export const nameservers = input(z.array(nameserver).min(1, "must name a server, or be left out"));

/** A point in time, in UTC, as the APIs of DNS providers take it. */
export const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, "must be a time in UTC such as 2027-02-28T00:00:00Z (RFC 3339)")
  .refine((value) => !Number.isNaN(Date.parse(value)), "must be a day and a time that exist");

/** A span of time as Go writes it, in the units that cert-manager's CRDs take. */
export const goDuration = z
  .string()
  .regex(/^([0-9]+(\.[0-9]+)?(s|m|h))+$/, 'must be a duration in hours, minutes and seconds such as "4h" or "1h30m"')
  .refine((value) => !/^0[0.smh]*$/.test(value), "must be longer than nothing");

/** An offset is none: Node takes it for one, cert-manager does not. */
export const timezone = z
  .string()
  .refine(isTimezone, 'must be a time zone by its name in the IANA database, such as "Europe/Berlin"');

function isTimezone(name: string): boolean {
  if (!/^[A-Z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}
