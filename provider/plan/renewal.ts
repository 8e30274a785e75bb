import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { cronSchedule } from "../schema/cron";
import { goDuration, timezone } from "../schema/leaves";
import { enumType, input, objectType } from "../schema/vocabulary";

const policyArgs = enumType("RenewalPolicy", "Whether cert-manager renews a certificate by itself.", {
  RenewBefore: "When a third of its lifetime is left, or in the windows.",
  Disabled: "Never: it ends unless somebody has it issued again, as by `renew` or `certfleet renew`.",
});

const windowArgs = objectType("RenewalWindow", "A span of time that comes again and again.", {
  cron: input(cronSchedule).meta({
    description: "When it begins: minute, hour, day of the month, month and day of the week, as cron has them.",
    source: "cert-manager.io/v1 Certificate spec.renewal.windows[].cron",
  }),
  windowDuration: input(goDuration).meta({
    description: "How long it is, such as `4h` or `1h30m`.",
    source: "cert-manager.io/v1 Certificate spec.renewal.windows[].windowDuration",
  }),
  timezone: input(timezone).optional().meta({
    description: "Time zone of `cron`, by its name in the IANA database.",
    default: '`"UTC"`',
    source: "cert-manager.io/v1 Certificate spec.renewal.windows[].timezone",
  }),
});

export const renewalArgs = objectType(
  "CertificateRenewal",
  "How cert-manager renews a certificate, from 1.21 on. What a domain says replaces `defaults.renewal` as a whole.",
  {
    policy: policyArgs.default("RenewBefore").meta({
      description: "Whether cert-manager renews by itself.",
      source: "cert-manager.io/v1 Certificate spec.renewal.policy",
    }),
    windows: z.array(windowArgs).min(1, "must hold a window, or be left out").optional().meta({
      description:
        "When it may renew: in the last window that begins before a third of the lifetime is left, else in the first one after. Each lifetime must have one.",
      default: "at any time",
      source: "cert-manager.io/v1 Certificate spec.renewal.windows",
    }),
  },
);

export type RenewalArgs = z.output<typeof renewalArgs>;

/** The part of a Certificate's spec; a Certificate without it suits every release of cert-manager. */
export function renewalSpec(renewal: RenewalArgs | undefined): { renewal?: Record<string, pulumi.Input<unknown>> } {
  if (!renewal) return {};
  const { policy, windows } = renewal;
  return { renewal: { policy, ...(windows ? { windows } : {}) } };
}
