import * as certfleet from "@certfleet/pulumi";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const namespace = config.require("namespace");
const platform = new pulumi.StackReference(config.require("platformStack")).requireOutput("platform");

const own = new certfleet.TlsDomain("own", {
  platform,
  host: "shop.example.com",
  namespace,
  backend: { service: config.require("service"), port: 80 },
});

const shared = new certfleet.TlsDomain("shared", {
  platform,
  host: "shop.apps.example.com",
  certificateFrom: "*.apps.example.com",
  namespace,
  backend: { service: config.require("service"), port: 80 },
});

export const urls = [own.url, shared.url];
export const notAfter = own.notAfter;
export const requiredDnsRecords = pulumi
  .all([own.requiredDnsRecords, shared.requiredDnsRecords])
  .apply((lists) => lists.flat());
