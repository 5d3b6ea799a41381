// The toasts on screen. A toast tells what happened; what must not be missed belongs in the page.
export interface Toast {
	id: number;
	text: string;
	tone: 'neutral' | 'positive' | 'critical';
	action?: { label: string; run: () => void };
}

let next = 1;
export const toasts = $state<Toast[]>([]);
const timers = new Map<number, ReturnType<typeof setTimeout>>();

const life = (toast: Toast) => (toast.action || toast.tone === 'critical' ? 10_000 : 5_000);

/** toast shows a line for some seconds; ones with an action or bad news stay longer. */
export function toast(text: string, options: { tone?: Toast['tone']; action?: Toast['action'] } = {}): void {
	const one: Toast = { id: next++, text, tone: options.tone ?? 'neutral', action: options.action };
	toasts.push(one);
	if (toasts.length > 4) dismiss(toasts[0]!.id);
	timers.set(one.id, setTimeout(() => dismiss(one.id), life(one)));
}

export function dismiss(id: number): void {
	clearTimeout(timers.get(id));
	timers.delete(id);
	const at = toasts.findIndex((t) => t.id === id);
	if (at >= 0) toasts.splice(at, 1);
}

/** hold keeps them all while somebody is at one (WCAG 2.2.1); release gives each its time again. */
export function hold(): void {
	for (const timer of timers.values()) clearTimeout(timer);
}
export function release(): void {
	for (const one of toasts) {
		clearTimeout(timers.get(one.id));
		timers.set(one.id, setTimeout(() => dismiss(one.id), life(one)));
	}
}
