// How a channel is, in words and marks that are the same in the list and on its page.
import Check from '@lucide/svelte/icons/check';
import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import CircleOff from '@lucide/svelte/icons/circle-off';
import Clock from '@lucide/svelte/icons/clock';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import { ago } from '$ui/format.ts';
import { ts } from './words.ts';

export interface ChannelHealth {
	channel_id: string;
	state: 'works' | 'slow' | 'trouble' | 'never' | 'off';
	reason?: 'inactive' | 'credentials' | 'sender' | 'provider' | 'not_routed' | 'no_deployment' | 'unsigned' | 'quarantine' | 'waiting' | 'limited' | 'unused';
	since?: string;
	received_at?: string;
	sent_at?: string;
	called_at?: string;
	hook_at?: string;
	failed_at?: string;
	failed_code?: string;
	failed_detail?: string;
	limited_at?: string;
	waiting: number;
	waiting_since?: string;
	refused: number;
	refused_at?: string;
	quarantined: number;
	quarantined_at?: string;
	count_max: number;
	failures?: { code: string; count: number; last_at: string; text?: string; advice?: string }[];
}

/** How often it is asked for while the page is in sight; the server notes what it sees every five seconds. */
export const healthEvery = 5000;

/** Each has a shape beside its colour. */
export const marks = {
	works: { tone: 'positive', icon: Check },
	slow: { tone: 'warning', icon: Clock },
	trouble: { tone: 'critical', icon: TriangleAlert },
	never: { tone: 'neutral', icon: CircleDashed },
	off: { tone: 'neutral', icon: CircleOff }
} as const;

/** Why, in a sentence; nothing of one that works. */
export function why(health: ChannelHealth, now: number): string {
	if (!health.reason) return '';
	return ts(`health.why.${health.reason}`, { ago: health.since ? ago(health.since, now) : '', n: health.reason === 'waiting' ? health.waiting : health.refused });
}

/** what says what to do, where there is something. The sandbox signs with the channel's own secret: there it is somebody else. */
export function what(health: ChannelHealth, sandbox: boolean): string {
	const key = sandbox && health.reason === 'unsigned' ? 'health.do.unsigned.sandbox' : `health.do.${health.reason ?? ''}`;
	return ts.has(key) ? ts(key as 'health.do.sender') : '';
}

/** watch asks at once and then again and again while somebody can see the page. */
export function watch(ask: () => Promise<void>): () => void {
	const again = () => void (document.visibilityState === 'visible' && ask());
	void ask();
	const timer = setInterval(again, healthEvery);
	document.addEventListener('visibilitychange', again);
	return () => {
		clearInterval(timer);
		document.removeEventListener('visibilitychange', again);
	};
}
