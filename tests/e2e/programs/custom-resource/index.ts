import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

interface Settings {
  args: pulumi.Inputs;
  ignoreChanges?: string[];
  /** Id of one that exists, to be imported as "adopted". */
  adopt?: string;
}

const { args, ignoreChanges, adopt } = config.requireObject<Settings>("settings");

/** No SDK has this resource: its outputs are those that are named among the args. */
class Probe extends pulumi.CustomResource {
  declare readonly serial: pulumi.Output<string>;
  declare readonly greeting: pulumi.Output<string>;

  constructor(name: string, inputs: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { serial: undefined, greeting: undefined, revision: undefined, key: undefined };
    super("certfleet:index:Probe", name, { ...outputs, ...inputs }, opts);
  }
}

const first = new Probe("first", { ...args, password: config.requireSecret("password") }, { ignoreChanges });

// What follows from the first one's args is known in its preview; its serial is not, before it is made.
new Probe("second", { name: first.greeting, labels: { serial: first.serial } });

if (adopt !== undefined) new Probe("adopted", { name: "adopted", size: 4 }, { import: adopt });

export const serial = first.serial;
export const greeting = first.greeting;
