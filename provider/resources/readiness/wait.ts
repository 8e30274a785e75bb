import { setTimeout as sleep } from "node:timers/promises";
import { renderDiagnosis } from "../../diagnosis/render";
import type { Diagnosis } from "../../diagnosis/types";
import { ClusterError } from "../../kubernetes/failure";
import type { ResourceContext, Values } from "../definition";

/** One look at what is waited for. */
export type Look =
  | { state: "ready"; outputs: Values }
  | { state: "waiting" }
  /** With a diagnosis where what it is about is gone by now. */
  | { state: "hopeless"; because: string; diagnosis?: Diagnosis | undefined }
  | { state: "gone" };

/** Something that becomes ready or does not. */
export interface Subject {
  /** "Certificate cafe/shop" */
  name: string;
  look(): Promise<Look>;
  /** Asked when the waiting has ended without success. */
  diagnose(): Promise<Diagnosis>;
}

const defaultSeconds = 600;
const pause = 2000;

/** What is ready, or one error that says why it is not. Something of the bound, which began with the operation, is left for that. */
export async function untilReady(subject: Subject, context: ResourceContext, began: number): Promise<Values> {
  const seconds = context.timeoutSeconds ?? defaultSeconds;
  const end = began + seconds * 1000 - Math.min(5000, seconds * 100);
  let trouble: string | undefined;
  while (!context.signal.aborted && Date.now() < end) {
    const seen = await lookOnce(subject);
    if (seen.state === "ready") return seen.outputs;
    if (seen.state === "hopeless") return fail(subject, seen.because, seen.diagnosis);
    trouble = seen.state === "waiting" ? seen.trouble : undefined;
    // What ends the pause early is looked at by the loop.
    await sleep(Math.max(0, Math.min(pause, end - Date.now())), undefined, { signal: context.signal }).catch(
      () => undefined,
    );
  }
  const late = context.signal.aborted ? "is not ready" : `did not become ready within ${seconds} seconds`;
  return fail(subject, trouble === undefined ? late : `${late}; ${trouble}`);
}

/** Gives a controller time to see a change that no generation counts, as of an annotation: until then the status is that of before. */
export async function letSettle({ timeoutSeconds = defaultSeconds, signal }: ResourceContext): Promise<void> {
  await sleep(Math.min(5000, timeoutSeconds * 500), undefined, { signal });
}

/** An API server that does not answer for a moment is waited for, too. */
async function lookOnce(subject: Subject): Promise<Look & { trouble?: string }> {
  try {
    return await subject.look();
  } catch (error) {
    if (error instanceof ClusterError && error.transient) return { state: "waiting", trouble: error.message };
    throw error;
  }
}

async function fail(subject: Subject, why: string, diagnosis?: Diagnosis): Promise<never> {
  throw new Error(`${subject.name} ${why}\n${diagnosis ? renderDiagnosis(diagnosis) : await explain(subject)}`);
}

/** Why it is not ready; where even that cannot be found out, why not. */
async function explain(subject: Subject): Promise<string> {
  try {
    return renderDiagnosis(await subject.diagnose());
  } catch (error) {
    return `what keeps it cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
