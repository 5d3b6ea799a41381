// Business hours: tells the page at once whether it is open, and then each time that changes.

import type { Door } from '../chat/door.ts';
import type { PageLink } from './page-link.ts';

/** Hours are asked for again so often, since they may be edited and the server names only the coming ones. */
const refreshMs = 3_600_000;

export async function watchHours(door: Door, link: PageLink) {
	let told: boolean | undefined;
	for (;;) {
		const hours = await door.businessHours().catch(() => []);
		// No answer is no reason to close; undefined is always open.
		const unknown = hours?.length === 0 && told === undefined;
		for (const until = Date.now() + refreshMs; Date.now() < until; ) {
			const now = Date.now();
			const within = unknown || !hours || hours.some((open) => open.startTime <= now && now < open.endTime);
			if (within !== told) link.say({ type: 'hours', within });
			told = within;
			const changes = (hours ?? []).flatMap((open) => [open.startTime, open.endTime]).filter((at) => at > now);
			await new Promise((done) => setTimeout(done, Math.min(until, ...changes) - now));
		}
	}
}
