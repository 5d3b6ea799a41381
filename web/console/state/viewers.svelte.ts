// Which colleagues look at which conversation, as the feed tells it of those that this page follows.
import type { Frame } from '../api/realtime.ts';
import type { Ref } from '../api/types.ts';
import { account } from './account.svelte.ts';

interface Told {
	viewers: Ref[];
	/** All of them; the server names the first twenty. */
	count: number;
}
const NOBODY: Told = { viewers: [], count: 0 };

class Viewers {
	private by = $state.raw<Record<string, Told & { connected: number }>>({});

	/** Nobody while the connection is lost, and nobody who was there before: who still is will be told again. */
	of(conversation: string): Told {
		const told = this.by[conversation];
		return told && account.connection === 'open' && told.connected === account.connected ? told : NOBODY;
	}

	/** frame takes what a conversation's topic says of who looks at it. */
	frame(conversation: string, frame: Frame): void {
		if (frame.type !== 'viewers') return;
		const next = { ...this.by, [conversation]: { ...(frame.data as Told), connected: account.connected } };
		if (next[conversation]!.count === 0) delete next[conversation];
		this.by = next;
	}
}

export const viewers = new Viewers();
