/** What an API server answered where it did not do what it was asked. */
interface Refusal {
  status: number;
  /** Kubernetes' own word for it, such as NotFound, Forbidden or AlreadyExists. */
  reason?: string | undefined;
  message?: string | undefined;
}

/** A request to a cluster that failed. The message never holds anything of the kubeconfig but the server's address. */
export class ClusterError extends Error {
  constructor(
    message: string,
    /** HTTP status of the answer; absent where there was none. */
    readonly status?: number,
    readonly reason?: string,
  ) {
    super(message);
  }

  /** Whether the same request may well succeed a little later. */
  get transient(): boolean {
    return this.status === undefined || this.status === 429 || this.status >= 500;
  }
}

/** The failure of a request that the API server answered. */
export function refused(what: string, server: string, { status, reason, message }: Refusal): ClusterError {
  const said = message ? `: ${message}` : "";
  return new ClusterError(`${what}: ${server} answered ${status}${reason ? ` ${reason}` : ""}${said}`, status, reason);
}

/** The failure of a request that nobody answered. */
export function unanswered(what: string, server: string, error: unknown): ClusterError {
  return new ClusterError(`${what}: ${server} does not answer (${causeOf(error)})`);
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  const { code } = error as NodeJS.ErrnoException;
  // Of several addresses that were tried, none answered; the error itself has no text then.
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  return error.message || code || error.name;
}
