import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Diagnosis } from "../../diagnosis/types";
import type { Cluster } from "../../kubernetes/client";
import { ClusterError } from "../../kubernetes/failure";
import type { Place } from "../../kubernetes/kinds";
import { label, objectName, text } from "../../schema/leaves";
import { enumType, input } from "../../schema/vocabulary";
import { Unfinished, type Existing, type ResourceContext, type ResourceDefinition, type Values } from "../definition";
import { explainCertificate, lookAtCertificate, renewCertificate, resume } from "./certificate";
import { clusterAfterwards, clusterOf } from "./cluster";
import { explainGateway, lookAtGateway } from "./gateway";
import { explainIssuer, lookAtIssuer, resumeIssuer } from "./issuer";
import { explainRelease, watchRelease } from "./release";
import { explainRequest, lookAtRequest } from "./request";
import { withdraw } from "./withdraw";
import { letSettle, untilReady, type Look, type Subject } from "./wait";

const kindArgs = enumType("ReadinessKind", "What can be waited for.", {
  Certificate: "A Certificate of cert-manager, until it is Ready.",
  CertificateRequest: "A CertificateRequest of cert-manager that no Certificate has made, until it is Ready.",
  ClusterIssuer: "A ClusterIssuer of cert-manager, until it is Ready.",
  Gateway: "A Gateway of the Gateway API, until it is Programmed.",
  Release: "A Helm release, while Helm works on it.",
});

type Kind = z.output<typeof kindArgs>;

/** What is waited for, of an object. */
interface Wanted {
  /** A revision that must have passed. */
  after: number | undefined;
  /** What is asked of the object. */
  spec?: Values | undefined;
}

/** A kind as this resource waits for it. */
interface Waiting {
  /** A look, as often as it is asked for. */
  watch(cluster: Cluster, place: Place, wanted: Wanted): () => Promise<Look>;
  explain(cluster: Cluster, place: Place): Promise<Diagnosis>;
  /** Lets what has failed, or pauses, go on at once. */
  resume?(cluster: Cluster, place: Place, after: number | undefined): Promise<void>;
  /** Ends what is under way, before the object goes. */
  withdraw?(cluster: Cluster, place: Place, signal: AbortSignal): Promise<void>;
}

const spaced = (place: Place): Required<Place> => ({ namespace: "default", ...place });

const kinds: Record<Kind, Waiting> = {
  Certificate: {
    watch:
      (cluster, place, { after }) =>
      () =>
        lookAtCertificate(cluster, place, after),
    explain: explainCertificate,
    resume,
    withdraw,
  },
  CertificateRequest: { watch: (cluster, place) => () => lookAtRequest(cluster, place), explain: explainRequest },
  ClusterIssuer: {
    watch: (cluster, place) => () => lookAtIssuer(cluster, place),
    explain: explainIssuer,
    resume: resumeIssuer,
  },
  Gateway: { watch: (cluster, place) => () => lookAtGateway(cluster, place), explain: explainGateway },
  Release: {
    watch: (cluster, place, { spec }) => watchRelease(cluster, spaced(place), spec),
    explain: (cluster, place) => explainRelease(cluster, spaced(place)),
  },
};

const args = z
  .strictObject({
    kind: kindArgs.meta({ description: "Kind of the object.", replaceOnChanges: true }),
    namespace: input(label)
      .optional()
      .meta({ description: "Namespace of the object, where its kind has one.", replaceOnChanges: true }),
    name: objectName.meta({ description: "Name of the object.", replaceOnChanges: true }),
    spec: input(z.record(z.string(), z.unknown())).optional().meta({
      description: "What is asked of the object. Nothing is done with it; a change of it waits anew.",
    }),
    metadata: input(z.record(z.string(), z.unknown())).optional().meta({
      description:
        "Labels and annotations that are asked of the object, where its controller heeds them; a change of them waits anew. A status does not say whether its controller has seen them, so that has a few seconds before the first look.",
    }),
    uid: input(text).optional().meta({
      description: "Which object of that name it is. Another one, such as one on another cluster, is waited for anew.",
      source: "metadata.uid",
    }),
    renew: text.optional().meta({
      description:
        "Any text, for a Certificate: each new one has it issued again, once, and waits for that. What was the reason is a good text.",
    }),
  })
  .superRefine(({ kind, renew }, ctx) => {
    if (renew === undefined || kind === "Certificate") return;
    ctx.addIssue({ code: "custom", path: ["renew"], message: "has an effect on a Certificate only; leave it out" });
  });

const outputs = z.object({
  kind: z.string().meta({ description: "Kind of the object." }),
  namespace: z.string().optional().meta({ description: "Namespace of the object." }),
  name: z.string().meta({ description: "Name of the object." }),
  spec: z.record(z.string(), z.unknown()).optional().meta({ description: "What was asked of the object." }),
  metadata: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: "Labels and annotations that were asked." }),
  uid: z.string().optional().meta({ description: "Which object of that name it was." }),
  renew: z.string().optional().meta({ description: "The last reason to issue it again." }),
  ready: z.boolean().meta({ description: "Whether it was ready when it was last read." }),
  notBefore: z.string().optional().meta({ description: "Begin of the certificate's validity (RFC 3339)." }),
  notAfter: z.string().optional().meta({ description: "End of the certificate's validity (RFC 3339)." }),
  renewalTime: z.string().optional().meta({ description: "When cert-manager renews it (RFC 3339)." }),
  revision: z.int().optional().meta({ description: "How often the certificate was issued." }),
  addresses: z.array(z.string()).optional().meta({ description: "Addresses or hostnames of a Gateway." }),
  renewedAfter: z
    .int()
    .optional()
    .meta({ description: "The revision that a forced issuance follows, while it is under way." }),
});

const idOf = ({ kind, namespace, name }: Values): string =>
  [kind, ...(namespace === undefined ? [] : [namespace]), name].map(String).join("/");

const placeOf = ({ namespace, name }: Values): Place => ({
  namespace: namespace as string | undefined,
  name: String(name),
});

const kindOf = ({ kind }: Values): Waiting => kinds[kind as Kind];

/** Waits, with the revision that has to pass. What is not ready in the end exists all the same: the next update goes on. */
async function settle(
  values: Values,
  context: ResourceContext,
  { renewedAfter, began }: { renewedAfter: number | undefined; began: number },
): Promise<Existing> {
  const [cluster, place] = [await clusterOf(context), placeOf(values)];
  const waiting = kindOf(values);
  const subject: Subject = {
    name: `${String(values.kind)} ${[place.namespace, place.name].filter(Boolean).join("/")}`,
    look: waiting.watch(cluster, place, { after: renewedAfter, spec: values.spec as Values | undefined }),
    diagnose: async () => waiting.explain(await clusterAfterwards(context), place),
  };
  const id = idOf(values);
  try {
    await hasten(() => waiting.resume?.(cluster, place, renewedAfter));
    return { id, state: { ...values, ready: true, ...(await untilReady(subject, context, began)) } };
  } catch (error) {
    const state = { ...values, ready: false, renewedAfter };
    throw new Unfinished({ id, state }, error instanceof Error ? error.message : String(error));
  }
}

/** Who may not hasten what is under way can wait for it all the same. */
async function hasten(resume: () => Promise<void> | undefined): Promise<void> {
  try {
    await resume();
  } catch (error) {
    if (!(error instanceof ClusterError) || (error.status !== 401 && error.status !== 403)) throw error;
  }
}

/** Has a Certificate issued again where the program has given a new reason; says which revision that follows. */
async function renewFor(values: Values, before: Values, context: ResourceContext): Promise<number | undefined> {
  const { renew } = values;
  if (renew === undefined) return undefined;
  if (renew === before.renew) return before.renewedAfter as number | undefined;
  return renewCertificate(await clusterOf(context), placeOf(values));
}

export const readiness: ResourceDefinition = {
  token: "certfleet:index:Readiness",
  description:
    "Waits until an object of the cluster is ready, and says in full why it is not: the chain of objects that hold it up, the cause, the fix and the next attempt. Needs a provider of certfleet with a kubeconfig. Made by the components that are given one.",
  args,
  outputs,
  /** Nothing is issued again here: a reason that was there from the beginning is met by the first issuance, or by the one restored. */
  create: (values, context) => settle(values, context, { renewedAfter: undefined, began: Date.now() }),
  async update({ state }, values, context) {
    const began = Date.now();
    const renewedAfter = await renewFor(values, state, context);
    if (!isDeepStrictEqual(values.metadata, state.metadata)) await letSettle(context);
    return (await settle(values, context, { renewedAfter, began })).state;
  },
  async read(id, state, context) {
    const values = state ?? fromId(id);
    const given = Object.fromEntries(Object.keys(args.shape).map((key) => [key, values[key]]));
    if (values.kind === "Release") return { args: given, state: values };
    const after = values.renewedAfter as number | undefined;
    const seen = await kindOf(values).watch(await clusterOf(context), placeOf(values), { after })();
    if (seen.state === "gone") return undefined;
    if (seen.state === "ready") return { args: given, state: { ...values, ready: true, ...seen.outputs } };
    throw new Unfinished(
      { id, state: { ...values, ready: false } },
      `${id} is not ready; the next update waits for it`,
    );
  },
  /** It is deleted before the object that it waits for, which may not be able to go otherwise. */
  async delete({ state }, context) {
    await kindOf(state).withdraw?.(await clusterOf(context), placeOf(state), context.signal);
  },
};

function fromId(id: string): Values {
  const parts = id.split("/");
  const [kind, name, namespace] = [parts[0], parts.at(-1), parts.length > 2 ? parts[1] : undefined];
  if (parts.length >= 2 && parts.length <= 3 && kind !== undefined && kind in kinds) return { kind, name, namespace };
  throw new Error(
    `"${id}" names nothing to wait for; an id is KIND/NAMESPACE/NAME, such as Certificate/web/shop-example-com`,
  );
}
