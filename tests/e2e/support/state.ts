/** A resource as a stack's exported state holds it. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  parent?: string;
  /** "URN::ID" of the provider that made it. */
  provider?: string;
}

export function resourcesOf(exported: string): StateResource[] {
  const { deployment } = JSON.parse(exported) as { deployment: { resources?: StateResource[] } };
  return deployment.resources ?? [];
}

/** All that has the resource as its parent, or as a parent's parent, and so on. */
export function descendants(resources: readonly StateResource[], urn: string): StateResource[] {
  const children = resources.filter(({ parent }) => parent === urn);
  return children.flatMap((child) => [child, ...descendants(resources, child.urn)]);
}
