import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { enumType, input, objectType } from "../schema/vocabulary";

const algorithmMeanings = {
  ECDSA: "On a NIST curve: small, fast, and taken by every public CA.",
  RSA: "For clients too old for ECDSA.",
  Ed25519: "For private CAs; Let's Encrypt and most public CAs refuse it.",
} as const;
export type Algorithm = keyof typeof algorithmMeanings;

/** The sizes of each algorithm in bits, the default first. Ed25519 has one size, which is not written. */
export const keySizes: Record<Algorithm, readonly number[]> = {
  ECDSA: [256, 384, 521],
  RSA: [2048, 3072, 4096],
  Ed25519: [],
};

const algorithmArgs = enumType("PrivateKeyAlgorithm", "Algorithm of a certificate's key.", algorithmMeanings);

export const privateKeyArgs = objectType(
  "PrivateKey",
  "The key of a certificate. Another algorithm or size issues the certificate again, with a new key. " +
    "What a domain says replaces `defaults.privateKey` as a whole, so that an algorithm never meets the size of another.",
  {
    algorithm: algorithmArgs.default("ECDSA").meta({
      description: "Algorithm of the key.",
      source: "cert-manager.io/v1 Certificate spec.privateKey.algorithm",
    }),
    size: input(z.int("must be a whole number of bits")).optional().meta({
      description:
        "Bits of the key. ECDSA: 256 unless said, 384 or 521 (which Let's Encrypt refuses); RSA: 2048 unless said, 3072 or 4096; none for Ed25519.",
      source: "cert-manager.io/v1 Certificate spec.privateKey.size",
    }),
  },
);

export type PrivateKeyArgs = z.output<typeof privateKeyArgs>;

/** The `privateKey` of a Certificate, with the size written out. A renewal always makes a new key. */
export function privateKeySpec({ algorithm, size }: PrivateKeyArgs = { algorithm: "ECDSA" }): {
  algorithm: Algorithm;
  size?: pulumi.Input<number>;
  rotationPolicy: "Always";
} {
  const bits = size ?? keySizes[algorithm][0];
  return { algorithm, ...(bits === undefined ? {} : { size: bits }), rotationPolicy: "Always" };
}
