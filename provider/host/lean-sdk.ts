import * as debuggable from "@pulumi/pulumi/runtime/debuggable";

/**
 * Drops the traces of the SDK's promises. It writes down the stack at which each is made, four for every property of a resource, to name
 * those that are left when a program ends. A plugin is ended by its engine, and nobody reads them; they took a third of a construct.
 */
export function dropPromiseTraces(): void {
  Object.assign(debuggable, { debuggablePromise: <T>(promise: Promise<T>): Promise<T> => promise });
}
