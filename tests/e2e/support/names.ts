/** The world of a story: the story makes it, and an interrupted run ends it. */
export const worldOf = (story: string): string => `e2e-${story}`;
