import { describe } from "vitest";
import { firstProgram } from "./support/preview-truth/program";
import { rows } from "./support/preview-truth/rows";
import { tellChanges } from "./support/preview-truth/tell";
import { tellStory } from "./support/story";

const story = tellStory("preview-truth");

describe("a preview is true", () => tellChanges({ story, rows, first: firstProgram }));
