import type { QuickstartOutputs } from "./support/quickstart";
import { tellQuickstart } from "./support/quickstart-course";

const camelCase = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Python exports the objects of its SDK with their keys in its own spelling. */
function respelled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(respelled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [camelCase(key), respelled(inner)]));
}

tellQuickstart("quickstart-python", async (stack) => respelled(await stack.outputs()) as QuickstartOutputs);
