import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import { awaitedAddresses } from "../plan/dns-records";
import type { DomainArgs } from "../plan/domain";
import { version } from "../version";

interface WaitOptions {
  parent: pulumi.Resource;
  dependsOn: pulumi.Resource[];
  /** Bound of the wait. */
  timeoutSeconds: number;
}

/** certfleet's own wait until a host leads to its Gateway. It asks DNS servers, not the cluster, so it needs no kubeconfig. */
class DnsReadiness extends pulumi.CustomResource {
  constructor(
    name: string,
    args: { host: string; addresses: pulumi.Input<string[]> },
    { timeoutSeconds, ...opts }: WaitOptions,
  ) {
    const bound = `${timeoutSeconds}s`;
    const customTimeouts = { create: bound, update: bound };
    super("certfleet:index:DnsReadiness", name, args, { ...opts, version, customTimeouts });
  }
}

/** Something that is known, in a preview too, once a host leads to its Gateway, where the domain waits for that. */
export function waitForDns(
  name: string,
  args: DomainArgs,
  addresses: pulumi.Output<string[]>,
  opts: WaitOptions,
): pulumi.Output<unknown> {
  const { host } = args;
  if (!args.waitForDns || args.certificateOnly) return pulumi.output(undefined);
  const awaited = addresses.apply((all) =>
    // In a preview a Gateway that is yet to be made has none.
    all.length === 0 && pulumi.runtime.isDryRun() ? unknownAddresses : awaitedAddresses(host, all),
  );
  return new DnsReadiness(`${name}-dns`, { host, addresses: awaited }, opts).urn;
}

/** What makes the Output that holds it unknown. */
const unknownAddresses = unknown as unknown as string[];
