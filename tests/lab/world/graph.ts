export interface Step {
  name: string;
  needs: readonly string[];
  run(): Promise<void>;
}

/**
 * Runs every step as soon as what it needs is done. After a failure no further step starts; `onFailure` may hasten the
 * end of those that run. Throws the first failure once all have ended.
 */
export async function runSteps(
  steps: readonly Step[],
  onFailure: (error: unknown) => void = () => undefined,
): Promise<void> {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const started = new Map<string, Promise<void>>();
  let failure: { error: unknown } | undefined;
  const start = (name: string, path: readonly string[]): Promise<void> => {
    const step = byName.get(name);
    if (!step)
      throw new Error(
        `step "${name}", needed by "${path.at(-1)}": unknown; known are ${[...byName.keys()].join(", ")}`,
      );
    if (path.includes(name)) throw new Error(`steps need each other in a circle: ${[...path, name].join(" -> ")}`);
    let promise = started.get(name);
    if (!promise) {
      const needs = step.needs.map((need) => start(need, [...path, name]));
      promise = Promise.all(needs).then(async () => {
        if (!failure) await step.run();
      });
      promise = promise.catch((error: unknown) => {
        if (!failure) onFailure(error);
        failure ??= { error };
      });
      started.set(name, promise);
    }
    return promise;
  };
  await Promise.all(steps.map((step) => start(step.name, [])));
  if (failure) throw failure.error;
}
