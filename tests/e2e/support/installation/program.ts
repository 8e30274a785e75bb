import { CAFE_NAMESPACE, GATEWAY_CLASS } from "../../../lab";

/** The configuration of tests/e2e/programs/installation. */
export interface Program {
  certManager: Record<string, unknown>;
  /** Whether what exists of issuers and certificates is taken over. */
  adopt?: boolean;
  domains?: Record<string, unknown>[];
}

export const host = "coffee.example.com";

/** Settings that say all that the installation by hand has otherwise than certfleet makes it. */
export function settingsOf({ certManager, adopt, domains = [coffee(adopt)] }: Program): Record<string, string> {
  const letsencrypt = { name: "letsencrypt", accountKeySecret: "letsencrypt-account", ...(adopt ? { adopt } : {}) };
  return {
    args: JSON.stringify({
      acme: { email: "ops@example.com", environment: "staging", issuers: { staging: letsencrypt } },
      challenges: [{ cloudflare: { existingSecret: { name: "dns-token", key: "token" } } }],
      certManager: { createNamespace: false, ...certManager },
      defaults: { namespace: CAFE_NAMESPACE, route: { gatewayApi: { gatewayClassName: GATEWAY_CLASS } } },
      domains,
    }),
  };
}

const coffee = (adopt = false): Record<string, unknown> => ({
  host,
  certificateName: "coffee",
  secretName: "coffee-cert",
  privateKey: { algorithm: "RSA" },
  backend: { service: "coffee-svc", port: 80 },
  ...(adopt ? { adopt } : {}),
});
