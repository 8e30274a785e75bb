import type { CommandResult, World } from "../../lab";
import { certfleet } from "./certfleet";

/** Runs the commands that a message offers, each as it stands there. */
export const runCommandsIn = (world: World, message: string): Promise<CommandResult[]> =>
  Promise.all(
    [...message.matchAll(/^ +(npx certfleet|kubectl|helm) (.*)$/gm)].map(([, program, rest]) => {
      const argv = rest!.split(" ");
      return program === "npx certfleet" ? certfleet(world, argv) : world.exec([program!, ...argv]);
    }),
  );
