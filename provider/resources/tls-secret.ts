import { z } from "zod";
import { kinds } from "../kubernetes/kinds";
import { label, objectName } from "../schema/leaves";
import { input } from "../schema/vocabulary";
import type { ResourceDefinition, Values } from "./definition";
import { clusterOf } from "./readiness/cluster";

const args = z.strictObject({
  namespace: input(label).meta({ description: "Namespace of the Certificate and its Secret.", replaceOnChanges: true }),
  name: objectName.meta({ description: "Name of the Secret.", replaceOnChanges: true }),
});

const placeOf = ({ namespace, name }: Values) => ({ namespace: String(namespace), name: String(name) });

/** The Secret that cert-manager writes for a Certificate. It makes nothing; it takes the Secret along when it goes itself. */
export const tlsSecret: ResourceDefinition = {
  token: "certfleet:index:TlsSecret",
  description:
    "The Secret that cert-manager writes for a Certificate, so that it goes with the Certificate: cert-manager itself keeps it. Makes nothing; on delete, the Secret is deleted if no Certificate writes it any more. A Certificate that depends on it goes first. Needs a provider of certfleet with a kubeconfig.",
  args,
  outputs: z.object({
    namespace: z.string().meta({ description: "Namespace of the Secret." }),
    name: z.string().meta({ description: "Name of the Secret." }),
  }),
  create: (values) => Promise.resolve({ id: `${placeOf(values).namespace}/${placeOf(values).name}`, state: values }),
  async delete({ state }, context) {
    const cluster = await clusterOf(context);
    const { namespace, name } = placeOf(state);
    const certificates = (await cluster.list(kinds.certificate, { namespace })) ?? [];
    // Somebody wants it still: the program has only changed its mind about what goes, or another Certificate writes it.
    if (certificates.some(({ spec }) => spec?.secretName === name)) return;
    const secret = await cluster.get(kinds.secret, { namespace, name });
    // Nobody else's, whatever its name is.
    if (!secret?.metadata.annotations?.["cert-manager.io/certificate-name"]) return;
    await cluster.delete(kinds.secret, { namespace, name }, { uid: secret.metadata.uid });
  },
};
