// The live events of one tab: a stream kept open after a cursor, or, where something on the way holds
// streams back or blocks them (CH-1), one question after the other. Both speak of the same cursor, so each
// event is taken once and in order, whichever way it comes.

import type { Api } from './api.ts';
import { answerWithinMs, Refusal } from './door.ts';
import { retryMs } from './retry.ts';
import { SseParser, type Frame } from './sse.ts';

/** What the stream tells and asks its owner. */
export interface StreamOwner {
	token(): string;
	/** The id of the last event taken. */
	cursor(): string;
	take(frame: Frame): void;
	/** live: events come by themselves; asking: each is asked for; away: no way through. */
	state(now: StreamState): void;
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
/** After so many streams in a row that came to nothing, it is asked whether the server is there at all. */
const failuresMax = 2;
/** How long the server may keep a question for news. */
const pollSeconds = 20;
/** While asking, the stream is tried again after so long, then after longer and longer. */
const probeMs = 60_000;
const probeMaxMs = 30 * 60_000;

/** wait ends after so long, or when the signal says so. */
const wait = (ms: number, signal: AbortSignal) =>
	new Promise<void>((done) => {
		const timer = setTimeout(done, ms);
		signal.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
	});

/** follow keeps the owner up to date until the signal aborts. */
export async function follow(api: Api, owner: StreamOwner, signal: AbortSignal): Promise<void> {
	let failures = 0;
	let probe = probeMs;
	while (!signal.aborted) {
		const end = await once(api, owner, signal);
		if (signal.aborted) return;
		if (end === 'refused') return owner.refused();
		if (end === 'back') continue;
		failures = end === 'ended' ? 0 : failures + 1;
		if (end === 'ended') probe = probeMs;
		if (end === 'held' || failures >= failuresMax) {
			const asked = await ask(api, owner, signal, probe);
			if (asked === 'refused') return owner.refused();
			if (asked === 'over') {
				probe = Math.min(probe * 3, probeMaxMs);
				// The stream gets one try before it is asked on.
				failures = failuresMax - 1;
				continue;
			}
		}
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
		return opened && !heard ? 'held' : heard ? 'ended' : 'failed';
	} finally {
		clearTimeout(timer);
		signal.removeEventListener('abort', abort);
		owner.network.removeEventListener('back', again);
		stop.abort();
	}
}

/**
 * ask takes the events by questions until it is time to try the stream again. The first waits for
 * nothing: it shows whether asking works.
 */
async function ask(api: Api, owner: StreamOwner, signal: AbortSignal, forMs: number): Promise<'over' | 'failed' | 'refused'> {
	const until = Date.now() + forMs;
	for (let seconds = 0; !signal.aborted && Date.now() < until; seconds = pollSeconds) {
		const stop = new AbortController();
		const abort = () => stop.abort();
		const timer = setTimeout(abort, seconds * 1000 + answerWithinMs);
		signal.addEventListener('abort', abort);
		owner.network.addEventListener('back', abort);
		try {
			const news = await api.poll(owner.token(), owner.cursor(), seconds, stop.signal);
			if (signal.aborted) return 'over';
			owner.state('asking');
			if (news.resync) owner.take({ id: news.lastEventId, event: 'resync', data: '{}' });
			for (const { id, event, data } of news.events) owner.take({ id, event, data: JSON.stringify(data) });
		} catch (error) {
			if (error instanceof Refusal && error.status === 401) return 'refused';
			return 'failed';
		} finally {
			clearTimeout(timer);
			signal.removeEventListener('abort', abort);
			owner.network.removeEventListener('back', abort);
		}
	}
	return 'over';
}
