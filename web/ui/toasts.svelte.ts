// The toasts on screen. A toast tells what happened; what must not be missed belongs in the page.
export interface Toast {
	id: number;
	text: string;
	tone: 'neutral' | 'positive' | 'critical';
	action?: { label: string; run: () => void };
}

let next = 1;
export const toasts = $state<Toast[]>([]);

/** toast shows a line for some seconds; ones with an action or bad news stay longer. */
export function toast(text: string, options: { tone?: Toast['tone']; action?: Toast['action'] } = {}): void {
	const id = next++;
	toasts.push({ id, text, tone: options.tone ?? 'neutral', action: options.action });
	if (toasts.length > 4) toasts.shift();
	setTimeout(() => dismiss(id), options.action || options.tone === 'critical' ? 10_000 : 5_000);
}

export function dismiss(id: number): void {
	const at = toasts.findIndex((t) => t.id === id);
	if (at >= 0) toasts.splice(at, 1);
}
