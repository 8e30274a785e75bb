import { main } from "@pulumi/pulumi/provider";
import { createProvider } from "./host/provider";

void main(createProvider(), process.argv.slice(2));
