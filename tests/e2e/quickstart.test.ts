import { beforeAll, describe, expect, it } from "vitest";
import { takeInventory, type Inventory } from "./support/inventory";
import { initQuickstart, quickstartHosts } from "./support/quickstart";
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
} from "./support/quickstart-steps";
import type { Stack } from "./support/stack";
import { succeed, tellStory } from "./support/story";

const story = tellStory("quickstart");

describe("examples/quickstart", () => {
  let stack: Stack;
  let before: Inventory;

  beforeAll(async () => {
    stack = story.stack("quickstart");
    before = await takeInventory(story.world);
    await initQuickstart(stack, quickstartHosts);
  });

  it("shows every problem of its args before anything is made", () => refusesBadHosts(stack));

  it("serves both domains over https after one up", async () => {
    // The secret's creation is announced, too, before it is done.
    await succeed(stack.preview());
    await succeed(stack.up());
    await servesHosts(story, await readOutputs(stack), quickstartHosts);
  });

  it("redirects http to https", async () => {
    const answer = await story.world.request({ url: "http://tea.example.com/" });
    expect([answer.status, answer.headers.location]).toEqual([301, "https://tea.example.com/"]);
  });

  it("says which DNS records to make, and what another stack needs", async () => {
    namesPlatformAndRecords(await readOutputs(stack), quickstartHosts);
  });

  it("has nothing to do in a second preview and a refresh", () => hasNothingToDo(stack));

  it("adds a domain and touches no other", async () => {
    const hosts = { ...quickstartHosts, "cake.example.com": "tea-svc" };
    await changesHosts(story, stack, hosts, domainObjects("create", "cake.example.com"));
  });

  it("shows the DNS provider's token nowhere", () => hidesToken(story, stack));

  it("leaves nothing but what is meant to stay after destroy", () => leavesOnlyWhatStays(story, stack, before));
});
