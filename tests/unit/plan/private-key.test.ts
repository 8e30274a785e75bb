import { describe, expect, it } from "vitest";
import { privateKeyArgs, privateKeySpec } from "../../../provider/plan/private-key";

const spec = (given: object) => privateKeySpec(privateKeyArgs.parse(given));

describe("privateKeySpec", () => {
  it.each([
    [{}, { algorithm: "ECDSA", size: 256 }],
    [{ size: 384 }, { algorithm: "ECDSA", size: 384 }],
    [{ algorithm: "RSA" }, { algorithm: "RSA", size: 2048 }],
    [
      { algorithm: "RSA", size: 4096 },
      { algorithm: "RSA", size: 4096 },
    ],
    [{ algorithm: "Ed25519" }, { algorithm: "Ed25519" }],
  ])("writes %j out in full, with a new key at each renewal", (given, expected) => {
    expect(spec(given)).toEqual({ ...expected, rotationPolicy: "Always" });
  });

  it("is of ECDSA with 256 bits where nothing is said", () => {
    expect(privateKeySpec(undefined)).toEqual(spec({}));
  });
});
