import { existsSync, readFileSync } from "node:fs";

interface StepEvent {
  resourcePreEvent?: { metadata: Metadata };
  resOutputsEvent?: { metadata: Metadata };
}

interface Metadata {
  op: string;
  urn: string;
  type: string;
}

/** What the engine is at work on, by its event log so far: the resources that it has begun and not ended. */
export function underWay(log: string): string[] {
  const open = new Map<string, string>();
  for (const line of log.split("\n").filter((text) => text.endsWith("}"))) {
    const event = JSON.parse(line) as StepEvent;
    const begun = event.resourcePreEvent?.metadata;
    if (begun && begun.op !== "same" && begun.type.startsWith("kubernetes:")) open.set(begun.urn, title(begun));
    if (event.resOutputsEvent) open.delete(event.resOutputsEvent.metadata.urn);
  }
  return [...open.values()];
}

const title = ({ type, urn }: Metadata): string => `${type.split(":").pop()} ${urn.slice(urn.lastIndexOf("::") + 2)}`;

/** Says every second what a run of the engine waits for, until it is told to stop. */
export function watchProgress(file: string, onDetail: (text: string) => void): () => void {
  const timer = setInterval(() => {
    if (existsSync(file)) onDetail(underWay(readFileSync(file, "utf8")).join(", "));
  }, 1000);
  return () => clearInterval(timer);
}
