import { describe } from "vitest";
import { cloudflareTokens, googleAdminToken } from "../lab";
import { dayTwoProgram, dayTwoRows } from "./support/preview-truth/day-two-rows";
import { tellChanges } from "./support/preview-truth/tell";
import { tellStory } from "./support/story";

const story = tellStory("preview-truth-day-two");
const env = { GOOGLE_OAUTH_ACCESS_TOKEN: googleAdminToken, CLOUDFLARE_API_TOKEN: cloudflareTokens.admin };

describe("a preview is true on day two", () => tellChanges({ story, rows: dayTwoRows, first: dayTwoProgram, env }));
