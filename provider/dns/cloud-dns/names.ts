import { createHash } from "node:crypto";

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

/** Managed zones are named by 1 to 63 characters that begin with a letter. A name that could be that of another zone gets a digest. */
export function zoneName(zone: string): string {
  const readable = zone.replaceAll(".", "-");
  if (/^[a-z][a-z0-9.]*$/.test(zone) && readable.length <= 63) return readable;
  const prefix = /^[a-z]/.test(readable) ? readable : `z-${readable}`;
  return `${prefix.slice(0, 54).replace(/-+$/, "")}-${digest(zone)}`;
}
