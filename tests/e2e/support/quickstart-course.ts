import { beforeAll, describe, it } from "vitest";
import { takeInventory, type Inventory } from "./inventory";
import { initQuickstart, quickstartHosts } from "./quickstart";
import {
  changesHosts,
  domainObjects,
  hasNothingToDo,
  hidesToken,
  leavesOnlyWhatStays,
  namesPlatformAndRecords,
  readOutputs,
  refusesBadHosts,
  servesHosts,
  type ReadOutputs,
} from "./quickstart-steps";
import type { Stack } from "./stack";
import { succeed, tellStory } from "./story";

/** The quickstart in one more language: in short what the story of examples/quickstart tells at length. */
export function tellQuickstart(example: string, read: ReadOutputs = readOutputs): void {
  const story = tellStory(example);

  describe(`examples/${example}`, () => {
    let stack: Stack;
    let before: Inventory;

    beforeAll(async () => {
      stack = story.stack(example);
      before = await takeInventory(story.world);
      await initQuickstart(stack, quickstartHosts);
    });

    it("shows every problem of its args before anything is made", () => refusesBadHosts(stack));

    it("serves both domains over https after one up, and says so in its outputs", async () => {
      await succeed(stack.up());
      const outputs = await read(stack);
      await servesHosts(story, outputs, quickstartHosts);
      namesPlatformAndRecords(outputs, quickstartHosts);
    });

    it("has nothing to do in a second preview and a refresh", () => hasNothingToDo(stack));

    it("adds a domain and touches no other", async () => {
      const hosts = { ...quickstartHosts, "cake.example.com": "tea-svc" };
      await changesHosts(story, stack, hosts, domainObjects("create", "cake.example.com"));
    });

    it("shows the DNS provider's token nowhere", () => hidesToken(story, stack));

    it("leaves nothing but what is meant to stay after destroy", () => leavesOnlyWhatStays(story, stack, before));
  });
}
