import { waitFor, type World, type WorldResponse } from "../../lab";

/** Asks for a URL from inside the world until it answers, by a certificate that `root` verifies, with the status. */
export async function verifiedHttps(world: World, url: string, root: string, status = 200): Promise<WorldResponse> {
  let answer: WorldResponse | undefined;
  const probe = async (): Promise<string | undefined> => {
    answer = await world.request({ url, ca: root });
    return answer.status === status ? undefined : `it answers ${answer.status}`;
  };
  await waitFor(`${url} with status ${status}`, probe, { seconds: 30, every: 250 });
  return answer!;
}
