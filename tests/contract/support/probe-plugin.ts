import { built } from "./built";
import { fixed, probe } from "./probe";

const { serve } = built<typeof import("../../../provider/host/main")>("host/main");
const { registry } = built<typeof import("../../../provider/host/registry")>("host/registry");

/** The plugin with two custom resources of the tests' own. */
void serve(
  {
    ...registry,
    resources: { [probe.token]: () => Promise.resolve(probe), [fixed.token]: () => Promise.resolve(fixed) },
  },
  process.argv.slice(2),
);
