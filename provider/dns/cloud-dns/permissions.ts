/**
 * What cert-manager asks of Cloud DNS, and nothing else (its pkg/issuer/acme/dns/clouddns): it lists the TXT records of a challenge's
 * name, makes a change that replaces or deletes them, and looks until that change is done. Without a zone's name it looks that up.
 */
export function dnsPermissions(hostedZoneName: string | undefined): string[] {
  const lookUp = hostedZoneName === undefined ? ["dns.managedZones.list"] : [];
  return [
    "dns.changes.create",
    "dns.changes.get",
    ...lookUp,
    "dns.resourceRecordSets.create",
    "dns.resourceRecordSets.delete",
    "dns.resourceRecordSets.list",
    "dns.resourceRecordSets.update",
  ];
}
