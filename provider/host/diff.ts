import { DiffResponse, PropertyDiff, type DiffRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { ResourceDefinition } from "../resources/definition";
import type { Path } from "../schema/problems";
import { metaAlong } from "../schema/walk";
import { differences, pathOf, withoutIgnored, type Difference } from "./differences";
import { fromStruct } from "./wire-format";

/** What changes between the inputs of last time and those of this time, and what of it needs another resource in its place. */
export function diff(definition: ResourceDefinition, request: DiffRequest): DiffResponse {
  const olds = fromStruct(request.getOldInputs());
  const found = withoutIgnored(differences(olds, fromStruct(request.getNews())), request.getIgnorechangesList());
  const replaces = ({ path }: Difference): boolean => replacesAt(definition, path);
  return diffResponse(found, replaces).setStablesList([...(definition.stables ?? [])]);
}

const replacesAt = (definition: ResourceDefinition, path: Path): boolean =>
  metaAlong(definition.args, path).some((meta) => meta.replaceOnChanges);

const kinds = {
  add: [PropertyDiff.Kind.ADD, PropertyDiff.Kind.ADD_REPLACE],
  delete: [PropertyDiff.Kind.DELETE, PropertyDiff.Kind.DELETE_REPLACE],
  update: [PropertyDiff.Kind.UPDATE, PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

/** The engine's form of differences, each with its full path. */
export function diffResponse(
  found: readonly Difference[],
  replaces: (difference: Difference) => boolean,
): DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = DiffResponse.DiffChanges;
  const response = new DiffResponse().setChanges(found.length > 0 ? DIFF_SOME : DIFF_NONE).setHasdetaileddiff(true);
  const topLevel = (differing: readonly Difference[]): string[] => [
    ...new Set(differing.map(({ path }) => String(path[0]))),
  ];
  for (const difference of found) {
    const kind = kinds[difference.kind][replaces(difference) ? 1 : 0];
    response.getDetaileddiffMap().set(pathOf(difference), new PropertyDiff().setKind(kind).setInputdiff(true));
  }
  return response.setDiffsList(topLevel(found)).setReplacesList(topLevel(found.filter(replaces)));
}
