// How urgent a promise is: calm, soon (less than `warn` is left), over.
export type Urgency = 'calm' | 'soon' | 'over';

export function urgency(left: number, warn: number): Urgency {
	if (left <= 0) return 'over';
	return left <= warn ? 'soon' : 'calm';
}
