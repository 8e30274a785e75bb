/** A second Ctrl-C counts as one only after this: npm hands on to its script what the terminal has sent there already. */
const SAME_CTRL_C_MILLISECONDS = 1500;

/**
 * Aborted by Ctrl-C (or SIGTERM, or the terminal's end), for what is under way to end in good order. A later second
 * Ctrl-C ends this process at once.
 */
export function interruption(exit: (code: number) => void = (code) => process.exit(code)): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      first = Date.now();
      controller.abort(new Error("interrupted"));
    } else if (name !== "SIGHUP" && Date.now() - first > SAME_CTRL_C_MILLISECONDS) {
      exit(130);
    }
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  return controller.signal;
}
