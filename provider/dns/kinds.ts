/** Every DNS provider that issuers can use, by the name of its arg: adding one is its folder, and one line here. */
export { acmeDns } from "./acme-dns";
export { azureDns } from "./azure-dns";
export { cloudDns } from "./cloud-dns";
export { cloudflare } from "./cloudflare";
export { raw } from "./raw";
export { rfc2136 } from "./rfc2136";
export { route53 } from "./route53";
export { webhook } from "./webhook";
