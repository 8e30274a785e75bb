interface ServiceAccountKey {
  type?: unknown;
  project_id?: unknown;
}

function read(text: string): ServiceAccountKey | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a text is a service account's key as Google hands it out. */
export const isServiceAccountKey = (text: string): boolean => read(text)?.type === "service_account";

/** Whether a key is one of an account of this project. */
export const isKeyOf = (text: string, project: string): boolean => read(text)?.project_id === project;
