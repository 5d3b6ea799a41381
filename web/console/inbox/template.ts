// Approved templates: {{1}}, {{2}} … stand where the parameters go.

/** parameterCount is the highest number that the text names. */
export function parameterCount(text: string): number {
	return Math.max(0, ...[...text.matchAll(/\{\{(\d+)\}\}/g)].map((m) => Number(m[1])));
}

/** fill puts the values in; what is still empty keeps its mark. */
export function fill(text: string, values: string[]): string {
	return text.replace(/\{\{(\d+)\}\}/g, (mark, n: string) => values[Number(n) - 1]?.trim() || mark);
}
