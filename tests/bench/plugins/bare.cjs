const { main } = require("@pulumi/pulumi/provider");

/** The least that the SDK's runner serves: a provider without components. */
void main({ version: "0.0.0", construct: () => Promise.reject(new Error("serves nothing")) }, process.argv.slice(2));
