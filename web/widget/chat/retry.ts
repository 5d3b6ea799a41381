// How long to wait before something is tried again.

/** retryMs grows from one second to thirty, with a third of chance in it so that clients don't come back in step. */
export const retryMs = (attempt: number, chance: number) => Math.min(30_000, 1000 * 2 ** attempt) * (0.67 + chance * 0.66);
