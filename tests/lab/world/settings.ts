/** In what a world may differ from others. */
export interface WorldSettings {
  /**
   * The ACME servers' profiles, by how long what each issues is valid. With several of them an issuer must name one: Pebble takes any for
   * an order that names none.
   */
  profileSeconds: Record<string, number>;
  /** Whether an authorization serves further orders of its account, as it does at Let's Encrypt for a while. */
  reuseAuthorizations: boolean;
}

const DAY_SECONDS = 86_400;

/** Like Let's Encrypt's certificates; and each order proves its names anew, so that no test depends on what ran before it. */
export const defaultSettings: WorldSettings = {
  profileSeconds: { classic: 90 * DAY_SECONDS },
  reuseAuthorizations: false,
};
