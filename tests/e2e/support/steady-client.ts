import { X509Certificate } from "node:crypto";
import type { World, WorldResponse } from "../../lab";

/** What a client saw of a site. */
export interface Sightings {
  connections: number;
  /** What went wrong, each with its time. */
  failures: string[];
  /** Serial numbers of the certificates, each once, in the order in which they appeared. */
  serials: string[];
}

export interface SteadyClient {
  seen: Sightings;
  /** Ends it once every answer is there. */
  stop(): Promise<Sightings>;
}

/** The leaf's serial number, as its client saw it. */
export function serialOf({ peer }: WorldResponse): string {
  const [leaf] = peer?.chain ?? [];
  if (!leaf) throw new Error("the answer came without a certificate");
  return new X509Certificate(leaf).serialNumber;
}

/** How long an answer may take on a busy machine, in seconds: a slow answer is no failure, none is one. */
const patience = 60;

/** A client that connects ten times a second, each time anew, and takes only what `roots` verify. */
export function startSteadyClient(world: World, url: string, roots: string): SteadyClient {
  const seen: Sightings = { connections: 0, failures: [], serials: [] };
  const open = new Set<Promise<void>>();
  const fail = (text: string): void => void seen.failures.push(`${new Date().toISOString()} ${url}: ${text}`);
  const connect = async (): Promise<void> => {
    try {
      const answer = await world.request({ url, ca: roots, timeoutSeconds: patience });
      const serial = serialOf(answer);
      if (!seen.serials.includes(serial)) seen.serials.push(serial);
      if (answer.status !== 200) fail(`it answers ${answer.status}`);
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
  };
  const timer = setInterval(() => {
    seen.connections += 1;
    const visit = connect().finally(() => open.delete(visit));
    open.add(visit);
  }, 100);
  return {
    seen,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      return seen;
    },
  };
}
