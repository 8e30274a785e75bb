import * as pulumi from "@pulumi/pulumi";
import { formatPath, type Problem } from "../../provider/schema/problems";

/** The properties that an action blames, as Pulumi receives them. */
export function errorsOf(action: () => unknown): { propertyPath: string; reason: string }[] {
  try {
    action();
  } catch (error) {
    if (pulumi.InputPropertiesError.isInstance(error)) return error.errors ?? [];
    throw error;
  }
  return [];
}

export const pathsOf = (action: () => unknown): string[] => errorsOf(action).map(({ propertyPath }) => propertyPath);

/** Problems as an error shows them, "path: reason". */
export const linesOf = (problems: readonly Problem[]): string[] =>
  problems.map(({ path, reason }) => `${formatPath(path)}: ${reason}`);
