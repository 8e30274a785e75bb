import { serve } from "./host/main";
import { registry } from "./host/registry";

void serve(registry, process.argv.slice(2));
