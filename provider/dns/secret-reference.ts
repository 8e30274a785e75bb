import { z } from "zod";
import { objectNameText } from "../schema/leaves";
import { objectType } from "../schema/vocabulary";

/** A Secret in cert-manager's namespace, by name and key. */
export const secretReference = (defaultKey: string) =>
  objectType("SecretReference", "A Secret in cert-manager's namespace and the key in it that holds the credential.", {
    name: objectNameText.meta({ description: "Name of the Secret." }),
    key: z.string().min(1, "must not be empty").default(defaultKey).meta({ description: `Key in the Secret's data.` }),
  });
