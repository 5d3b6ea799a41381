// The live stream of one tab: keeps it open after a cursor, and turns to asking again and again
// where something on the way holds the stream back (CH-1).

import { Refusal, type Api } from './api.ts';
import { retryMs } from './retry.ts';
import { SseParser, type Frame } from './sse.ts';

/** What the stream tells and asks its owner. */
export interface StreamOwner {
	token(): string;
	/** The id of the last event taken. */
	cursor(): string;
	take(frame: Frame): void;
	/** live: events come by themselves; asking: by poll; away: no way through. */
	state(now: StreamState): void;
	/** Brings the history up to date; called when events can't come by themselves. */
	poll(): Promise<void>;
	/** The token is refused. */
	refused(): void;
	/**
	 * Says "wake" when a call went through, so that no wait need go on, and "back" when the network came
	 * back, perhaps another one: what was open hangs then, without an end that anybody hears.
	 */
	network: EventTarget;
}

export type StreamState = 'live' | 'asking' | 'away';

/** Nothing at all for so long is a dead connection; the server's keep-alive comes well before. */
const silenceMs = 90_000;
/** A stream whose first byte takes longer is held back by something on the way. */
const firstByteMs = 8_000;
const pollMs = 3_000;
/** While asking, the stream is tried again so often. */
const probeMs = 60_000;

/** wait ends after so long, or when the signal says so. */
const wait = (ms: number, signal: AbortSignal) =>
	new Promise<void>((done) => {
		const timer = setTimeout(done, ms);
		signal.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
	});

/** follow keeps the owner up to date until the signal aborts. */
export async function follow(api: Api, owner: StreamOwner, signal: AbortSignal): Promise<void> {
	let failures = 0;
	while (!signal.aborted) {
		const end = await once(api, owner, signal);
		if (signal.aborted) return;
		if (end === 'refused') return owner.refused();
		if (end === 'held') {
			await ask(owner, signal);
			continue;
		}
		if (end === 'back') continue;
		failures = end === 'ended' ? 0 : failures + 1;
		if (failures > 0) owner.state('away');
		await Promise.race([wait(retryMs(failures, Math.random()), signal), told(owner.network, 'wake')]);
	}
}

/** told resolves at the next event of a name. */
export const told = (target: EventTarget, name: string) => new Promise<void>((done) => target.addEventListener(name, () => done(), { once: true }));

type End = 'ended' | 'failed' | 'held' | 'refused' | 'back';

/** once is one connection: from opening it to its end. */
async function once(api: Api, owner: StreamOwner, signal: AbortSignal): Promise<End> {
	const stop = new AbortController();
	const abort = () => stop.abort();
	signal.addEventListener('abort', abort, { once: true });
	let back = false;
	const again = () => {
		back = true;
		abort();
	};
	owner.network.addEventListener('back', again, { once: true });
	let heard = false;
	let opened = false;
	let timer = setTimeout(abort, firstByteMs);
	try {
		const response = await api.stream(owner.token(), owner.cursor(), stop.signal);
		opened = true;
		const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
		const parser = new SseParser();
		for (;;) {
			const { value, done } = await reader.read();
			if (done) return heard ? 'ended' : 'failed';
			clearTimeout(timer);
			timer = setTimeout(abort, silenceMs);
			if (!heard) owner.state('live');
			heard = true;
			for (const frame of parser.feed(value)) owner.take(frame);
		}
	} catch (error) {
		if (back) return 'back';
		if (error instanceof Refusal && error.status === 401) return 'refused';
		// Accepted, yet not a byte came: somebody on the way collects them.
		return opened && !heard ? 'held' : 'failed';
	} finally {
		clearTimeout(timer);
		signal.removeEventListener('abort', abort);
		owner.network.removeEventListener('back', again);
		stop.abort();
	}
}

/** ask polls until it is time to try the stream again. */
async function ask(owner: StreamOwner, signal: AbortSignal): Promise<void> {
	const until = Date.now() + probeMs;
	while (!signal.aborted && Date.now() < until) {
		try {
			await owner.poll();
			owner.state('asking');
		} catch (error) {
			if (error instanceof Refusal && error.status === 401) return owner.refused();
			owner.state('away');
		}
		await wait(pollMs, signal);
	}
}
