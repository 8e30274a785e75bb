/** In what a world may differ from others. */
export interface WorldSettings {
  /** How long what the ACME servers issue is valid. */
  certificateSeconds: number;
  /** Whether an authorization serves further orders of its account, as it does at Let's Encrypt for a while. */
  reuseAuthorizations: boolean;
}

const DAY_SECONDS = 86_400;

/** Like Let's Encrypt's certificates; and each order proves its names anew, so that no test depends on what ran before it. */
export const defaultSettings: WorldSettings = { certificateSeconds: 90 * DAY_SECONDS, reuseAuthorizations: false };
